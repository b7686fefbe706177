#include "actors/accounts_state.hpp"

#include "actors/token.hpp"
#include "storage/accounts.hpp"

namespace weft::actors {

namespace {

const error busy{errc::overloaded, "too many people sign in at once; try again",
                 outcome::nothing_written, 1000};

const request_ref& ref_of(const account_input& input) {
  return std::visit([](const auto& what) -> const request_ref& { return what.ref; }, input);
}

} // namespace

void accounts_state::open(const domain& env, shard_id shard, std::shared_ptr<activation> entry) {
  env_ = &env;
  shard_ = shard;
  entry_ = std::move(entry);
  busy_at_ = self_->clock().now();
  self_->delayed_send(self_, env_->limits.idle_after, caf::tick_atom_v);
}

template <class Read, class Then>
bool accounts_state::check(blocking_pool& pool, Read read, Then then) {
  const auto handle = caf::actor_cast<accounts_actor>(self_);
  const bool asked =
      read_then(pool, handle, [this, read = std::move(read), then = std::move(then)] {
        auto found = read();
        return [this, found = std::move(found), then] {
          --checks_under_way_;
          then(found);
          quit_if_done();
        };
      });
  if (asked)
    ++checks_under_way_;
  return asked;
}

// -- inputs -------------------------------------------------------------------------------------

void accounts_state::on_inputs(account_inputs& inputs) {
  ++seen_;
  busy_at_ = self_->clock().now();
  for (auto& input : inputs)
    take(input);
}

void accounts_state::take(account_input& input) {
  if (left_because_)
    return refuse(input, *left_because_);
  if (auto* what = std::get_if<register_account>(&input)) {
    if (auto ok = check_shape(*what, env_->limits, wall_clock()); !ok)
      return refuse(input, ok.failure());
    const auto key = what->name;
    return queue_by_name(key, std::move(input));
  }
  if (auto* what = std::get_if<sign_in>(&input)) {
    if (auto ok = check_shape(*what, env_->limits); !ok)
      return refuse(input, ok.failure());
    const auto key = what->name;
    return queue_by_name(key, std::move(input));
  }
  if (auto* what = std::get_if<sign_out>(&input)) {
    const auto key = what->name;
    return queue_by_name(key, std::move(input));
  }
  start(std::get<resume>(input));
}

void accounts_state::queue_by_name(const std::string& key, account_input&& input) {
  auto [place, is_free] = names_.try_emplace(key);
  if (is_free)
    return std::visit([this](const auto& what) { start(what); }, input);
  if (waiting_ >= env_->limits.stash_inputs_max)
    return refuse(input, busy);
  ++waiting_;
  place->second.push_back(std::move(input));
}

void accounts_state::finish_name(const std::string& key) {
  auto place = names_.find(key);
  if (place == names_.end())
    return;
  if (place->second.empty()) {
    names_.erase(place);
    return;
  }
  auto next = std::move(place->second.front());
  place->second.pop_front();
  --waiting_;
  std::visit([this](const auto& what) { start(what); }, next);
}

void accounts_state::refuse(const account_input& input, const error& why) {
  refuse_request(env_->router, ref_of(input), why);
}

// -- registering --------------------------------------------------------------------------------

void accounts_state::start(const register_account& what) {
  const bool asked = check(
      env_->hashing,
      [env = env_, what] { return check_registration(env->store, what, env->limits); },
      [this, what](const result<registration_check>& found) { on_checked(what, found); });
  if (!asked) {
    refuse_request(env_->router, what.ref, busy);
    finish_name(what.name);
  }
}

void accounts_state::on_checked(const register_account& what,
                                const result<registration_check>& found) {
  if (left_because_)
    return refuse_request(env_->router, what.ref, *left_because_);
  if (!found) {
    refuse_request(env_->router, what.ref, found.failure());
    return finish_name(what.name);
  }
  std::vector<storage::record> before;
  if (found->fresh) {
    state::Record record;
    record.mutable_account_registered()->set_user(found->who.user.value);
    *record.mutable_account_registered()->mutable_account() = *found->fresh;
    before.emplace_back(std::move(record));
  }
  sign_device_in(what.ref, found->who, what.device, what.device_name, std::move(before));
}

// -- signing in and out -------------------------------------------------------------------------

void accounts_state::start(const sign_in& what) {
  const bool asked = check(
      env_->hashing, [env = env_, what] { return check_sign_in(env->store, what, env->limits); },
      [this, what](const result<sign_in_check>& found) { on_checked(what, found); });
  if (!asked) {
    refuse_request(env_->router, what.ref, busy);
    finish_name(what.name);
  }
}

void accounts_state::on_checked(const sign_in& what, const result<sign_in_check>& found) {
  if (left_because_)
    return refuse_request(env_->router, what.ref, *left_because_);
  if (!found) {
    refuse_request(env_->router, what.ref, found.failure());
    return finish_name(what.name);
  }
  sign_device_in(what.ref, *found, what.device, what.device_name, {});
}

void accounts_state::sign_device_in(const request_ref& ref, const sign_in_check& who,
                                    const device_id& device, const std::string& device_name,
                                    std::vector<storage::record> before) {
  const auto secret = make_token_secret();
  const auto hash = hash_token_secret(secret);
  const auto now = wall_clock();
  state::Record record;
  auto& change = *record.mutable_device_changed();
  change.set_user(who.user.value);
  change.set_device(std::string{device.view()});
  change.mutable_row()->set_name(device_name);
  change.mutable_row()->set_token_hash(hash);
  change.mutable_row()->set_created_ms(who.device ? who.device->created_ms() : now.value);
  change.mutable_row()->set_signed_in_ms(now.value);
  before.emplace_back(std::move(record));

  signed_in answer;
  answer.request = ref.request;
  answer.user = who.user;
  answer.name = who.name;
  answer.device = device;
  answer.token = format_token(who.user, device, secret);
  answer.token_hash = hash;
  answer.inbox_version = who.inbox_version;
  append(std::move(before),
         {[this, ref, answer] {
            env_->router.to_session(ref.session, {answer});
            finish_name(answer.name);
          },
          [this, ref](const error& why) { refuse_request(env_->router, ref, why); }});
}

void accounts_state::start(const resume& what) {
  // Nothing is decided: the pool answers by itself. A sign-in or sign-out that is committed between
  // this look and the session's announcement is found by the session (`confirm_session`).
  const bool asked = env_->reads.submit(
      [env = env_, what] {
        auto found = check_token(env->store, what);
        if (!found)
          return refuse_request(env->router, what.ref, found.failure());
        signed_in answer;
        answer.request = what.ref.request;
        answer.user = found->user;
        answer.name = found->name;
        answer.device = what.device;
        answer.inbox_version = found->inbox_version;
        answer.token_hash = hash_token_secret(what.secret);
        env->router.to_session(what.ref.session, {std::move(answer)});
      },
      pool_lane::preferred);
  if (!asked)
    refuse_request(env_->router, what.ref, busy);
}

void accounts_state::start(const sign_out& what) {
  const bool asked = check(
      env_->reads,
      [env = env_, what] {
        return storage::account_reader(env->store).device(what.user, what.device);
      },
      [this, what](const result<std::optional<state::Device>>& found) { on_checked(what, found); });
  if (!asked) {
    refuse_request(env_->router, what.ref, busy);
    finish_name(what.name);
  }
}

void accounts_state::on_checked(const sign_out& what,
                                const result<std::optional<state::Device>>& found) {
  if (left_because_)
    return refuse_request(env_->router, what.ref, *left_because_);
  if (!found) {
    refuse_request(env_->router, what.ref, found.failure());
    return finish_name(what.name);
  }
  // Signed out already, or signed in anew since: that token belongs to somebody else.
  if (!*found || !same_hash((*found)->token_hash(), what.token_hash)) {
    env_->router.to_session(what.ref.session, {signed_out{what.ref.request}});
    return finish_name(what.name);
  }
  state::Record record;
  auto& change = *record.mutable_device_changed();
  change.set_user(what.user.value);
  change.set_device(std::string{what.device.view()});
  *change.mutable_row() = **found;
  change.mutable_row()->clear_token_hash();
  std::vector<storage::record> records;
  records.emplace_back(std::move(record));
  append(std::move(records),
         {[this, ref = what.ref, name = what.name] {
            env_->router.to_session(ref.session, {signed_out{ref.request}});
            finish_name(name);
          },
          [this, ref = what.ref](const error& why) { refuse_request(env_->router, ref, why); }});
}

// -- commits and the end ------------------------------------------------------------------------

void accounts_state::append(std::vector<storage::record> records, pending_append told) {
  for (std::size_t i = 1; i < records.size(); ++i)
    under_way_.push_back({}); // Only the last one of a group tells anybody.
  under_way_.push_back(std::move(told));
  env_->ledger.append(shard_, caf::actor_cast<appender_actor>(self_), std::move(records));
}

void accounts_state::on_committed(std::uint64_t count) {
  for (; count > 0 && !under_way_.empty(); --count) {
    auto done = std::move(under_way_.front());
    under_way_.pop_front();
    if (done.committed)
      done.committed();
  }
}

void accounts_state::on_tick() {
  if (left_because_)
    return;
  const auto idle = self_->clock().now() - busy_at_;
  const bool at_rest = names_.empty() && under_way_.empty() && checks_under_way_ == 0;
  if (at_rest && idle >= env_->limits.idle_after && entry_->retire(seen_))
    return self_->quit();
  self_->delayed_send(self_, env_->limits.idle_after, caf::tick_atom_v);
}

void accounts_state::on_lost(const error& why) {
  if (left_because_)
    return;
  for (const auto& each : std::exchange(under_way_, {}))
    if (each.lost)
      each.lost(why);
  leave(why);
}

void accounts_state::leave(const error& why) {
  left_because_ = why;
  for (const auto& [key, queue] : std::exchange(names_, {}))
    for (const auto& input : queue)
      refuse(input, why);
  entry_->abandon();
  self_->send(self_, continuation{[this] { quit_if_done(); }});
}

void accounts_state::quit_if_done() {
  if (left_because_ && checks_under_way_ == 0)
    quit_after_mailbox(self_);
}

} // namespace weft::actors
