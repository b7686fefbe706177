// weft threads, weft read TO [SEQ]
#include "bin/options/table.hpp"
#include "bin/weft/context.hpp"
#include "bin/weft/message_output.hpp"
#include "bin/weft/names.hpp"
#include "bin/weft/session.hpp"

#include <algorithm>
#include <cstdio>

namespace weft::bin {
namespace {

constexpr std::size_t preview_columns = 40;

std::optional<net::client::message> last_of(const weft::InboxThread& row) {
  const auto thread = thread_from_bytes(row.thread());
  if (!thread || !row.has_last_event())
    return std::nullopt;
  return net::client::message_of(*thread, row.last_event());
}

json_value row_to_json(const weft::InboxThread& row, name_book& names) {
  const auto last = last_of(row);
  const auto thread = thread_from_bytes(row.thread()).value_or(thread_id{});
  return {{"thread", to_text(thread)},
          {"peer", row.peer_name()},
          {"unread", row.unread()},
          {"last_seq", row.last_seq()},
          {"read_seq", row.read_seq()},
          {"last_time_ms", row.last_time_ms()},
          {"last", last ? to_json(*last, names.name_of(last->from)) : json_value(nullptr)}};
}

/// Pages of the inbox, newest thread first.
result<std::vector<weft::InboxThread>> read_inbox(session& session, std::size_t limit) {
  std::vector<weft::InboxThread> rows;
  weft::InboxRequest next;
  while (rows.size() < limit) {
    next.set_limit(static_cast<std::uint32_t>(std::min<std::size_t>(
        limit - rows.size(), std::max(session.connection->hello().inbox_page_max(), 1u))));
    auto page = session.connection->inbox(next);
    if (!page)
      return page.failure();
    rows.insert(rows.end(), page->threads().begin(), page->threads().end());
    if (page->complete() || page->threads().empty())
      break;
    next.set_below_time_ms(rows.back().last_time_ms());
    next.set_below_thread(rows.back().thread());
  }
  return rows;
}

command_result list_threads(const context& shared, std::size_t limit) {
  auto session = open_session(shared);
  if (!session)
    return session.failure();
  const auto rows = read_inbox(*session, limit);
  if (!rows)
    return rows.failure();
  name_book names(*session);
  table shown({{"WITH"}, {"UNREAD", table::align::right}, {"LAST"}, {"MESSAGE"}});
  for (const auto& row : *rows) {
    names.learn(user_id{row.peer_id()}, row.peer_name());
    if (shared.json) {
      std::puts(to_line(row_to_json(row, names)).c_str());
      continue;
    }
    const auto last = last_of(row);
    const auto with = row.peer_name().empty()
                          ? to_text(thread_from_bytes(row.thread()).value_or(thread_id{}))
                          : row.peer_name();
    shown.add({with, std::to_string(row.unread()), date_and_time(time_ms{row.last_time_ms()}),
               last ? names.name_of(last->from) + ": " + preview(*last, preview_columns) : ""});
  }
  if (!shared.json && shown.empty())
    std::puts("no conversations yet; begin one with: weft send NAME TEXT");
  else if (!shared.json)
    std::fputs(shown.text().c_str(), stdout);
  return {};
}

command_result mark_read(const context& shared, const std::string& name,
                         std::optional<std::uint64_t> seq) {
  auto session = open_session(shared);
  if (!session)
    return session.failure();
  const auto to = resolve(*session, name);
  if (!to)
    return to.failure();
  if (!seq) {
    weft::HistoryRequest newest;
    newest.set_thread(to_bytes(to->thread));
    newest.set_limit(1);
    const auto page = session->connection->history(newest);
    if (!page)
      return page.failure();
    seq = page->last_seq();
  }
  const auto marked = session->connection->mark_read(to->thread, sequence{*seq});
  if (!marked)
    return if_unknown(marked.failure(), "it may be marked: run weft read again");
  if (shared.json)
    std::puts(to_line({{"thread", to_text(to->thread)},
                       {"seq", marked->seq()},
                       {"ordinal", marked->ordinal()}})
                  .c_str());
  else
    std::printf("read up to number %llu\n", static_cast<unsigned long long>(marked->seq()));
  return {};
}

} // namespace

void add_threads(CLI::App& app, context& shared) {
  auto* command = app.add_subcommand("threads", "List your conversations, newest first.");
  auto limit = std::make_shared<std::size_t>(1'000);
  command->add_option("--limit", *limit, "as many at most")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command->footer("Examples:\n  weft threads\n  weft threads --limit 5 --json");
  command->callback(
      [&shared, limit] { shared.run = [&shared, limit] { return list_threads(shared, *limit); }; });
}

void add_read(CLI::App& app, context& shared) {
  struct read_options {
    std::string to;
    std::optional<std::uint64_t> seq;
  };
  auto* command = app.add_subcommand("read", "Mark a conversation as read.");
  auto options = std::make_shared<read_options>();
  command->add_option("TO", options->to, "a user's name, or a thread as it is printed")
      ->type_name("")
      ->required();
  command->add_option("SEQ", options->seq, "up to this number (default: everything)")
      ->type_name("");
  command->footer("Examples:\n  weft read bob\n  weft read bob 42");
  command->callback([&shared, options] {
    shared.run = [&shared, options] { return mark_read(shared, options->to, options->seq); };
  });
}

} // namespace weft::bin
