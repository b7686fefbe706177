// weft presence NAME…
#include "bin/options/table.hpp"
#include "bin/weft/presence_text.hpp"
#include "bin/weft/session.hpp"

#include <algorithm>
#include <cstdio>
#include <map>

namespace weft::bin {
namespace {

/// Users of one request; the server takes no more.
constexpr std::size_t users_of_request_max = 100;

struct named_user {
  std::string name;
  user_id user;
};

result<std::vector<named_user>> find_all(session& session, const std::vector<std::string>& names) {
  std::vector<named_user> out;
  for (const auto& each : names) {
    const auto found = session.connection->find_user(each);
    if (!found && found.failure().code == errc::not_found)
      return error{errc::not_found, "there is no user '" + each + "'"};
    if (!found)
      return found.failure();
    out.push_back({found->name(), user_id{found->user_id()}});
  }
  return out;
}

result<std::map<user_id, weft::Presence>> ask_for(session& session,
                                                  const std::vector<named_user>& users) {
  std::map<user_id, weft::Presence> out;
  for (std::size_t from = 0; from < users.size(); from += users_of_request_max) {
    std::vector<user_id> some;
    for (auto i = from; i < std::min(from + users_of_request_max, users.size()); ++i)
      some.push_back(users[i].user);
    const auto list = session.connection->presence(some);
    if (!list)
      return list.failure();
    for (const auto& each : list->users())
      out[user_id{each.user_id()}] = each;
  }
  return out;
}

command_result show_presence(const context& shared, const std::vector<std::string>& names) {
  auto session = open_session(shared);
  if (!session)
    return session.failure();
  const auto users = find_all(*session, names);
  if (!users)
    return users.failure();
  auto known = ask_for(*session, *users);
  if (!known)
    return known.failure();
  table shown({{"NAME"}, {"PRESENCE"}});
  for (const auto& each : *users) {
    const auto& presence = (*known)[each.user];
    if (shared.json)
      std::puts(to_line(presence_json(each.name, presence)).c_str());
    else
      shown.add({each.name, presence_text(presence, session->connection->server_now())});
  }
  if (!shared.json)
    std::fputs(shown.text().c_str(), stdout);
  return {};
}

} // namespace

void add_presence(CLI::App& app, context& shared) {
  auto* command = app.add_subcommand("presence", "Show whether users are online.");
  auto names = std::make_shared<std::vector<std::string>>();
  command->add_option("NAME", *names, "users' names")->type_name("")->required();
  command->footer("online: a device of the user is connected. last seen: when the last one was.\n"
                  "unknown: the server has just started. hidden: the user does not let you know.\n"
                  "Examples:\n"
                  "  weft presence bob\n"
                  "  weft presence bob carol --json");
  command->callback([&shared, names] {
    shared.run = [&shared, names] { return show_presence(shared, *names); };
  });
}

} // namespace weft::bin
