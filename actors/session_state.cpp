#include "actors/session_state.hpp"

#include <algorithm>
#include <map>

namespace weft::actors {

namespace {

/// How long an inbox page waits for the last events of its threads.
constexpr std::chrono::seconds assembly_within{2};

/// When to ask again whether the token holds.
constexpr std::chrono::seconds confirm_again_after{1};

} // namespace

void session_state::open(const domain& env, sessions& table, std::shared_ptr<outlet> client,
                         credentials who, std::uint64_t request) {
  env_ = &env;
  table_ = &table;
  client_ = std::move(client);
  address_ = table.reserve();
  table.attach(address_, caf::actor_cast<session_actor>(self_));
  const auto to = ref(request);
  if (auto* what = std::get_if<register_account>(&who)) {
    what->ref = to;
    const auto where = slot_of_name(what->name);
    return env_->router.to_accounts(where, {std::move(*what)});
  }
  if (auto* what = std::get_if<sign_in>(&who)) {
    what->ref = to;
    const auto where = slot_of_name(what->name);
    return env_->router.to_accounts(where, {std::move(*what)});
  }
  auto& what = std::get<resume>(who);
  what.ref = to;
  if (what.history_id == env_->store.history_id())
    cursors_.assign(what.cursors.begin(), what.cursors.end());
  what.cursors.clear();
  env_->router.to_accounts(slot_of(what.user), {std::move(what)});
}

// -- requests -----------------------------------------------------------------------------------

void session_state::on_requests(session_requests& requests) {
  if (!live_)
    return; // The connection sends none before it has told the client that it is signed in.
  for (auto& request : requests)
    std::visit([this](auto& what) { ask(what); }, request);
  flush_turn();
}

void session_state::ask(send_request& what) {
  send_message out;
  out.ref = ref(what.request);
  out.from = user_;
  out.from_name = user_name_;
  out.device = device_;
  out.op = what.op;
  out.thread = what.thread ? what.thread : thread_id::direct(user_, what.peer);
  out.content_type = std::move(what.content_type);
  out.body = std::move(what.body);
  if (!may_take_part(out.thread))
    return refuse_unseen(what.request);
  const auto thread = out.thread;
  to_thread(thread, std::move(out));
}

void session_state::ask(history_request& what) {
  if (!may_take_part(what.thread))
    return refuse_unseen(what.request);
  env_->router.to_reads(slot_of(what.thread), read_history{ref(what.request), user_, what.thread,
                                                           what.after, what.before, what.limit});
}

void session_state::ask(inbox_request& what) {
  env_->router.to_reads(slot_of(user_), read_inbox{ref(what.request), user_, what.since,
                                                   what.below_time, what.below_thread, what.limit});
}

void session_state::ask(mark_read_request& what) {
  if (!may_take_part(what.thread))
    return refuse_unseen(what.request);
  env_->router.to_reads(slot_of(what.thread),
                        mark_read{ref(what.request), user_, what.thread, what.seq});
}

void session_state::ask(find_user_request& what) {
  const auto where = what.user ? slot_of(what.user) : slot_of_name(what.name);
  env_->router.to_reads(where, find_user{ref(what.request), std::move(what.name), what.user});
}

void session_state::ask(delivered_report& what) {
  if (may_take_part(what.thread))
    to_thread(what.thread, report_delivered{what.thread, user_, what.seq});
}

void session_state::ask(sign_out_request& what) {
  env_->router.to_accounts(slot_of(user_),
                           {sign_out{ref(what.request), user_, user_name_, device_, token_hash_}});
}

/// There are direct threads only.
bool session_state::may_take_part(const thread_id& thread) const {
  return thread.type == thread_id::kind::direct && thread.names_user(user_);
}

void session_state::refuse_unseen(std::uint64_t request) {
  reply(request_failed{request, unseen});
}

void session_state::ask(presence_request& what) {
  std::map<shard_id, std::vector<user_id>> by_shard;
  for (const auto user : what.users)
    by_shard[env_->ledger.shard_of(slot_of(user))].push_back(user);
  presence_.begin(what.request, by_shard.size());
  for (auto& [shard, users] : by_shard) {
    const auto where = slot_of(users.front());
    env_->router.to_presence(where, look_up_presence{ref(what.request), user_, std::move(users)});
  }
}

void session_state::to_thread(const thread_id& thread, thread_input input) {
  auto place = std::find_if(turn_.begin(), turn_.end(),
                            [&](const auto& each) { return each.first == thread; });
  if (place == turn_.end())
    place = turn_.insert(turn_.end(), {thread, {}});
  place->second.push_back(std::move(input));
}

void session_state::flush_turn() {
  for (auto& [thread, inputs] : turn_)
    env_->router.to_thread(thread, std::move(inputs));
  turn_.clear();
}

// -- notices ------------------------------------------------------------------------------------

void session_state::on_notices(session_notices& notices) {
  for (auto& notice : notices)
    std::visit([this](auto& what) { tell(what); }, notice);
}

void session_state::tell(signed_in& what) {
  user_ = what.user;
  user_name_ = what.name;
  device_ = what.device;
  token_hash_ = what.token_hash;
  what.history_id = env_->store.history_id();
  live_ = true;
  // Announced before the client hears of it: what is committed from now on is pushed. Between the
  // check of the token and here neither the inbox nor the token stood still, so both are looked at
  // once more: `confirm` raises the version that heartbeats tell, or ends the session.
  table_->announce(address_, user_, device_);
  raise_inbox_version(what.inbox_version);
  reply(std::move(what));
  confirm();
}

void session_state::confirm() {
  if (confirmed_ || !live_)
    return;
  env_->router.to_reads(slot_of(user_), confirm_session{address_, user_, device_, token_hash_});
  // The answer may be lost with a link or a full pool.
  self_->delayed_send(self_, confirm_again_after, continuation{[this] { confirm(); }});
}

void session_state::tell(session_confirmed& what) {
  raise_inbox_version(what.inbox_version);
  if (!std::exchange(confirmed_, true))
    catch_up();
}

void session_state::catch_up() {
  // A client that cannot take pushes, or is gone, syncs by itself.
  if (lagging_ || !client_)
    cursors_.clear();
  for (; !cursors_.empty() && catching_up_ < env_->limits.resume_cursors_at_once; ++catching_up_) {
    const auto& cursor = cursors_.front();
    env_->router.to_reads(slot_of(cursor.thread),
                          read_history{ref(0), user_, cursor.thread, cursor.seq, std::nullopt,
                                       env_->limits.history_page_events_max});
    cursors_.pop_front();
  }
}

void session_state::caught_up_one() {
  --catching_up_;
  catch_up();
}

void session_state::tell(signed_out& what) {
  reply(what);
  tell_end({errc::not_signed_in, "signed out", outcome::nothing_written, 0});
}

void session_state::tell(request_failed& what) {
  if (what.request == 0)
    return caught_up_one(); // In vain: the client's own sync repairs it.
  if (assembly_.is_waiting(what.request)) {
    // A thread's shard refused `read_last`; the page itself has been read.
    if (auto page = assembly_.do_without_one(what.request))
      reply(std::move(*page));
    return;
  }
  if (presence_.is_waiting(what.request)) {
    if (const auto done = presence_.add(what))
      reply(*done);
    return;
  }
  reply(what);
  if (!live_)
    end(); // Signing in was refused: the connection may try again with another session.
}

void session_state::tell(history_page& what) {
  if (what.request != 0)
    return reply(std::move(what));
  if (!what.events.empty())
    push(events_delivered{
        what.thread, std::make_shared<const std::vector<delivered_event>>(std::move(what.events))});
  caught_up_one();
}

void session_state::tell(inbox_page& what) {
  if (what.rows.empty())
    return reply(std::move(what));
  const auto request = what.request;
  std::vector<thread_id> threads;
  for (const auto& entry : what.rows)
    if (auto thread = thread_from_bytes(entry.row.thread()))
      threads.push_back(*thread);
  assembly_.begin(std::move(what), env_->limits.inbox_page_events_bytes_max);
  for (const auto& thread : threads)
    env_->router.to_reads(slot_of(thread), read_last{ref(request), user_, thread});
  self_->delayed_send(self_, assembly_within, continuation{[this, request] {
                        if (auto page = assembly_.give_up(request))
                          reply(std::move(*page));
                      }});
}

void session_state::tell(last_event_read& what) {
  if (auto page = assembly_.add(what))
    reply(std::move(*page));
}

void session_state::tell(presence_read& what) {
  if (const auto done = presence_.add(std::move(what)))
    reply(*done);
}

void session_state::tell(inbox_moved& what) {
  raise_inbox_version(what.version);
}

void session_state::raise_inbox_version(weft::inbox_version version) {
  inbox_version_ = std::max(inbox_version_, version);
  if (client_)
    client_->set_inbox_version(inbox_version_);
}

void session_state::tell(session_ended& what) {
  tell_end(what.why);
}

void session_state::tell_end(const error& why) {
  if (client_)
    client_->close(why);
  end();
}

void session_state::push(const session_notice& notice) {
  if (!client_ || lagging_)
    return;
  lagging_ = client_->push(notice) == push_result::full;
}

void session_state::reply(const session_notice& notice) {
  if (client_)
    client_->reply(notice);
}

// -- the connection -----------------------------------------------------------------------------

void session_state::on_drained() {
  if (!lagging_ || !client_)
    return;
  lagging_ = false;
  client_->tell_lagging(inbox_version_);
}

void session_state::on_detached() {
  client_.reset();
  if (!live_)
    end();
}

void session_state::on_expired() {
  tell_end(
      {errc::timeout, "nothing was heard for the session's expiry", outcome::nothing_written, 0});
}

void session_state::end() {
  table_->withdraw(address_);
  client_.reset();
  live_ = false;
  self_->quit();
}

} // namespace weft::actors
