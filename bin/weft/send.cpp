// weft send TO TEXT
#include "bin/options/json.hpp"
#include "bin/options/utf8.hpp"
#include "bin/weft/context.hpp"
#include "bin/weft/session.hpp"
#include "net/client/private_file.hpp"
#include "net/client/sends_under_way.hpp"

#include <array>
#include <cstdio>

namespace weft::bin {
namespace {

/// What the protocol allows at most; a server may say less in its greeting.
constexpr std::size_t body_bytes_max = 64u << 10;

struct send_options {
  std::string to;
  std::string text;
  std::string file;
  std::string id;
  std::string content_type;
};

/// The operation id that a text is; nothing for every other text.
std::optional<op_id> parse_op_id(const std::string& text) {
  const auto parsed = parse_uuid_text(text);
  if (!parsed || !time_of(op_id{*parsed}))
    return std::nullopt;
  return op_id{*parsed};
}

std::string check_op_id(const std::string& text) {
  return parse_op_id(text) ? "" : "takes a UUIDv7 like 01890a5d-ac96-774b-bcce-b302099a8057";
}

/// How a send that failed ends: when it may be written all the same, with the id to ask under.
command_result not_acknowledged(error why, const op_id& op) {
  if (why.outcome == outcome::nothing_written)
    return why;
  return failed_operation{if_unknown(std::move(why), "it may have been written: send it again with "
                                                     "--id " +
                                                         to_uuid_text(op.bytes)),
                          op};
}

error too_long(std::size_t size, std::size_t most) {
  return {errc::too_large, "the message has " + std::to_string(size) + " bytes; " +
                               std::to_string(most) + " are allowed"};
}

result<std::string> read_stdin() {
  std::string out;
  std::array<char, 16 << 10> buffer;
  while (const auto n = std::fread(buffer.data(), 1, buffer.size(), stdin)) {
    out.append(buffer.data(), n);
    if (out.size() > 16 * body_bytes_max)
      break;
  }
  // The end of the last line is the pipe's, not the message's.
  if (out.ends_with('\n'))
    out.pop_back();
  return out;
}

result<std::string> body_of(const send_options& options) {
  if (options.file.empty())
    return options.text == "-" ? read_stdin() : result<std::string>(options.text);
  auto content = net::client::read_file(options.file);
  if (!content)
    return content.failure();
  if (!*content)
    return error{errc::io, "there is no file " + options.file};
  return **content;
}

void print(const context& shared, const weft::Ack& ack, const target& to) {
  const auto thread = thread_from_bytes(ack.thread()).value_or(to.thread);
  if (shared.json)
    std::puts(to_line({{"thread", to_text(thread)},
                       {"seq", ack.seq()},
                       {"time_ms", ack.time_ms()},
                       {"duplicate", ack.duplicate()}})
                  .c_str());
  else
    std::printf("%s to %s as number %llu\n", ack.duplicate() ? "was sent before" : "sent",
                to.name.empty() ? to_text(thread).c_str() : to.name.c_str(),
                static_cast<unsigned long long>(ack.seq()));
}

/// Sends, and notes that the message is known here: `listen` need not show it to who typed it.
result<weft::Ack> send_noted(const context& shared, session& from, const thread_id& to,
                             const op_id& op, std::string type, std::string body) {
  const auto home = shared.home_directory();
  const net::client::sends_under_way under_way(home);
  if (const auto begun = under_way.begin(op); !begun)
    return begun.failure();
  auto ack = from.connection->send({to, {}}, op, std::move(type), std::move(body));
  if (!ack) {
    if (ack.failure().outcome == outcome::nothing_written)
      under_way.end(op);
    return ack;
  }
  const auto noted = net::client::shown_cursors(home).update([&](net::client::shown_state& state) {
    state.belong_to(from.who.user, from.who.history);
    state.mark_known(to, sequence{ack->seq()});
  });
  if (!noted) {
    // It is written: sent again under its id, it is noted.
    auto why = noted.failure();
    why.outcome = outcome::unknown_retry_same_id;
    return why;
  }
  under_way.end(op);
  return ack;
}

command_result send(const context& shared, const send_options& options) {
  auto body = body_of(options);
  if (!body)
    return body.failure();
  if (body->size() > body_bytes_max)
    return too_long(body->size(), body_bytes_max);
  if (body->empty())
    return usage_error{"the message is empty"};
  auto type = options.content_type;
  if (type.empty() && !is_utf8(*body))
    type = "application/octet-stream";

  auto session = open_session(shared);
  if (!session)
    return session.failure();
  auto& connection = *session->connection;
  if (body->size() > connection.hello().body_bytes_max())
    return too_long(body->size(), connection.hello().body_bytes_max());
  const auto to = resolve(*session, options.to);
  if (!to)
    return to.failure();
  const auto op = options.id.empty() ? connection.make_op_id() : *parse_op_id(options.id);
  const auto ack = send_noted(shared, *session, to->thread, op, type, *std::move(body));
  if (!ack)
    return not_acknowledged(ack.failure(), op);
  print(shared, *ack, *to);
  if (auto written = flush_output(); !written) {
    // Whoever reads the output does not know that it is stored.
    auto why = written.failure();
    why.outcome = outcome::unknown_retry_same_id;
    return not_acknowledged(std::move(why), op);
  }
  return {};
}

} // namespace

void add_send(CLI::App& app, context& shared) {
  auto* command = app.add_subcommand("send", "Send one message; done when it is safely stored.");
  auto options = std::make_shared<send_options>();
  command->add_option("TO", options->to, "a user's name, or a thread as it is printed")
      ->type_name("")
      ->required();
  auto* text = command->add_option("TEXT", options->text, "the message; - reads it from stdin")
                   ->type_name("");
  command->add_option("--file", options->file, "send the content of a file")
      ->type_name("F")
      ->excludes(text);
  command->add_option("--id", options->id, "operation id: the same id sent again is stored once")
      ->type_name("UUID")
      ->check(check_op_id);
  command
      ->add_option("--content-type", options->content_type,
                   "MIME type (default: text, or application/octet-stream for other bytes)")
      ->type_name("T");
  command->footer(
      "A text that begins with a dash is written after --:  weft send bob -- -5 degrees\n"
      "When the outcome is unknown (the server was lost), the error says the --id to send again\n"
      "with: the thread shows the message once.\n"
      "Examples:\n"
      "  weft send bob \"Hello, Bob\"\n"
      "  date | weft send bob -\n"
      "  weft send bob --file photo.jpg --content-type image/jpeg\n"
      "  weft send bob hello --id ID    again, with the ID that the error of a first try named");
  command->callback([&shared, options, text] {
    if (options->file.empty() && text->count() == 0)
      throw CLI::RequiredError("TEXT or --file");
    shared.run = [&shared, options] { return send(shared, *options); };
  });
}

} // namespace weft::bin
