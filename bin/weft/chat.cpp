// weft chat TO
#include "bin/weft/chat_room.hpp"
#include "bin/weft/names.hpp"

#include <algorithm>

namespace weft::bin {
namespace {

/// Reads the end of a conversation over a short connection of its own: a screenful of what was
/// said before, and what was not read yet.
class opening_reader {
public:
  opening_reader(session& from, const inbox_keeper& keeper, const target& to)
      : session_(from), names_(from), keeper_(keeper) {
    out_.who = from.who;
    out_.to = to;
  }

  result<chat_opening> read() {
    weft::HistoryRequest newest;
    newest.set_limit(screenful);
    const auto page = ask(newest);
    // Two who never wrote to each other have no conversation yet: it begins here.
    if (!page && page.failure().code == errc::not_found && !out_.to.name.empty())
      return out_;
    if (!page)
      return page.failure();
    take_members(*page);
    plan(sequence{page->covers_to()});
    if (page->covers_from() <= out_.above.value + 1)
      take(*page);
    else if (const auto done = read_upwards(); !done)
      return done.failure();
    if (out_.to.name.empty() && out_.to.thread.type == thread_id::kind::direct)
      out_.to.name = names_.name_of(out_.to.thread.peer_of(out_.who.user));
    return std::move(out_);
  }

private:
  static constexpr std::uint32_t screenful = 20;
  /// The most that is shown of what was not read; the rest is for `weft history` or `weft listen`.
  static constexpr std::uint64_t unread_max = 500;

  result<weft::History> ask(weft::HistoryRequest what) {
    what.set_thread(to_bytes(out_.to.thread));
    return session_.connection->history(what);
  }

  void take_members(const weft::History& page) {
    for (const auto& member : page.members()) {
      names_.learn(user_id{member.user_id()}, member.name());
      if (user_id{member.user_id()} == out_.who.user)
        read_ = sequence{member.read_seq()};
      else
        out_.peer = {sequence{member.delivered_seq()}, sequence{member.read_seq()}};
    }
  }

  /// Decides where the opening of a conversation that reaches up to `last` begins.
  void plan(sequence last) {
    out_.last_seq = last;
    const auto seen = std::min(std::max(keeper_.shown(out_.to.thread), read_), last);
    const auto unread = last.value - seen.value;
    const auto wanted = std::clamp<std::uint64_t>(unread, screenful, unread_max);
    out_.above = sequence{last.value - std::min(last.value, wanted)};
    out_.left_out = unread - std::min(unread, wanted);
  }

  result<void> read_upwards() {
    auto reached = out_.above;
    while (reached < out_.last_seq) {
      weft::HistoryRequest next;
      next.set_after(reached.value);
      const auto page = ask(next);
      if (!page)
        return page.failure();
      if (page->covers_to() <= reached.value)
        break;
      take(*page);
      reached = sequence{page->covers_to()};
    }
    out_.last_seq = reached;
    return {};
  }

  void take(const weft::History& page) {
    for (const auto& event : page.events()) {
      auto what = net::client::message_of(out_.to.thread, event);
      if (!what)
        continue;
      const auto& from = names_.name_of(what->from);
      out_.last.emplace_back(*std::move(what), from);
    }
  }

  session& session_;
  name_book names_;
  const inbox_keeper& keeper_;
  /// How far the user has read, on whatever device.
  sequence read_;
  chat_opening out_;
};

result<chat_opening> read_opening(const context& shared, const inbox_keeper& keeper,
                                  const std::string& name) {
  auto session = open_session(shared);
  if (!session)
    return session.failure();
  const auto to = resolve(*session, name);
  if (!to)
    return to.failure();
  return opening_reader(*session, keeper, *to).read();
}

command_result chat(const context& shared, const std::string& name) {
  const auto who = signed_in_identity(shared);
  if (!who)
    return who.failure();
  auto keeper = inbox_keeper::open(shared, *who);
  if (!keeper)
    return keeper.failure();
  auto opening = read_opening(shared, *keeper, name);
  if (!opening)
    return opening.failure();
  net::client::steady_link::settings config;
  config.fenced = net::client::when_fenced::come_back;
  config.first = net::client::first_contact::may_wait;
  auto servers = shared.server_list(*who);
  if (!servers)
    return servers.failure();
  config.servers = *std::move(servers);
  return chat_room(shared, *std::move(opening), *keeper, std::move(config)).run();
}

} // namespace

void add_chat(CLI::App& app, context& shared) {
  auto* command = app.add_subcommand("chat", "Talk: see what comes in, type what goes out.");
  auto to = std::make_shared<std::string>();
  command->add_option("TO", *to, "a user's name, or a thread as it is printed")
      ->type_name("")
      ->required();
  command->footer("✓ stored by the server, ✓✓ delivered or read. Lost connections are made again\n"
                  "and nothing is sent twice. Ctrl-D ends. From a pipe each line is a message.\n"
                  "It begins with what was not read yet, 500 messages at most.\n"
                  "Examples:\n"
                  "  weft chat bob\n"
                  "  printf 'one\\ntwo\\n' | weft chat bob");
  command->callback([&shared, to] { shared.run = [&shared, to] { return chat(shared, *to); }; });
}

} // namespace weft::bin
