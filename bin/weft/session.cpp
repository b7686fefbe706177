#include "bin/weft/session.hpp"

namespace weft::bin {

using net::client::client;
using net::client::identity;
using net::client::shown_cursors;
using net::client::shown_state;

result<identity> signed_in_identity(const context& shared) {
  auto who = net::client::load_identity(shared.home_directory());
  if (who && !who->has_account())
    return error{errc::not_signed_in, "not signed in here: weft login NAME, or weft register NAME"};
  return who;
}

error with_advice(error why) {
  if (why.code == errc::bad_credentials)
    why.message = "the server no longer accepts this device: weft login NAME";
  return why;
}

error if_unknown(error why, const std::string& advice) {
  if (why.outcome == outcome::unknown_retry_same_id)
    why.message += " (" + advice + ")";
  return why;
}

result<void> remember_history(const context& shared, identity& who, std::uint64_t history) {
  if (who.history == history)
    return {};
  who.history = history;
  if (auto saved = net::client::save_identity(shared.home_directory(), who); !saved)
    return saved;
  return shown_cursors(shared.home_directory()).update([&who](shown_state& state) {
    state.belong_to(who.user, who.history);
  });
}

result<session> open_session(const context& shared) {
  auto who = signed_in_identity(shared);
  if (!who)
    return who.failure();
  auto servers = shared.server_list(*who);
  if (!servers)
    return servers.failure();
  session out{*std::move(who), nullptr};
  out.connection = std::make_unique<client>(client::settings{*servers, shared.patience()});
  const auto ready = out.connection->resume(out.who.token, out.who.history);
  if (!ready)
    return with_advice(ready.failure());
  if (const auto saved = remember_history(shared, out.who, ready->history_id()); !saved)
    return saved.failure();
  return out;
}

result<target> resolve(session& session, const std::string& to) {
  if (const auto thread = parse_thread_text(to))
    return target{*thread, {}};
  const auto name = fold_name(to);
  if (!is_valid_name(name))
    return error{errc::bad_request, "'" + to + "' is neither a user's name nor a thread"};
  if (name == session.who.name)
    return target{thread_id::direct(session.who.user, session.who.user), name};
  const auto found = session.connection->find_user(name);
  if (!found && found.failure().code == errc::not_found)
    return error{errc::not_found, "there is no user '" + name + "'"};
  if (!found)
    return found.failure();
  return target{thread_id::direct(session.who.user, user_id{found->user_id()}), found->name()};
}

} // namespace weft::bin
