// weft chat TO
#include "bin/weft/chat_room.hpp"
#include "bin/weft/names.hpp"

#include <algorithm>

namespace weft::bin {
namespace {

/// A screenful of what was said before.
constexpr std::uint32_t opening_messages = 20;

/// Reads the end of the conversation over a short connection of its own.
result<chat_opening> read_opening(const context& shared, const std::string& name) {
  auto session = open_session(shared);
  if (!session)
    return session.failure();
  const auto to = resolve(*session, name);
  if (!to)
    return to.failure();
  chat_opening out{session->who, *to, {}, {}, {}};
  weft::HistoryRequest newest;
  newest.set_thread(to_bytes(to->thread));
  newest.set_limit(opening_messages);
  const auto page = session->connection->history(newest);
  if (!page)
    return page.failure();
  name_book names(*session);
  for (const auto& member : page->members()) {
    names.learn(user_id{member.user_id()}, member.name());
    if (user_id{member.user_id()} != out.who.user)
      out.peer = {sequence{member.delivered_seq()}, sequence{member.read_seq()}};
  }
  for (const auto& event : page->events()) {
    if (auto what = net::client::message_of(to->thread, event)) {
      const auto& from = names.name_of(what->from);
      out.last.emplace_back(*std::move(what), from);
    }
  }
  out.last_seq = sequence{page->covers_to()};
  if (out.to.name.empty() && to->thread.type == thread_id::kind::direct)
    out.to.name = names.name_of(to->thread.peer_of(out.who.user));
  return out;
}

command_result chat(const context& shared, const std::string& name) {
  const auto who = signed_in_identity(shared);
  if (!who)
    return who.failure();
  auto keeper = inbox_keeper::open(shared, *who);
  if (!keeper)
    return keeper.failure();
  auto opening = read_opening(shared, name);
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
                  "Examples:\n"
                  "  weft chat bob\n"
                  "  printf 'one\\ntwo\\n' | weft chat bob");
  command->callback([&shared, to] { shared.run = [&shared, to] { return chat(shared, *to); }; });
}

} // namespace weft::bin
