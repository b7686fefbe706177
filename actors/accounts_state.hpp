// The state of the ACCOUNTS actor.
#pragma once

#include "actors/account_checks.hpp"
#include "actors/actor_support.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace weft::actors {

/// Decides the registrations, sign-ins and sign-outs of one shard. Requests for one name are served
/// one at a time, in order: that makes a name unique, a retry find what it repeats, and a sign-out
/// end the token that it was asked to end.
class accounts_state {
public:
  static inline const char* name = "accounts";

  explicit accounts_state(accounts_actor::pointer self) : self_(self) {}

  void open(const domain& env, shard_id shard, std::shared_ptr<activation> entry);

  void on_inputs(account_inputs& inputs);
  void on_committed(std::uint64_t count);
  void on_lost(const error& why);
  void on_tick();

private:
  /// An append under way: who is told what. Empty functions tell nobody.
  struct pending_append {
    std::function<void()> committed;
    std::function<void(const error&)> lost;
  };

  void take(account_input& input);
  void queue_by_name(const std::string& name, account_input&& input);
  void finish_name(const std::string& name);
  void refuse(const account_input& input, const error& why);

  void start(const register_account& what);
  void start(const sign_in& what);
  void start(const resume& what);
  void start(const sign_out& what);
  void on_checked(const register_account& what, const result<registration_check>& found);
  void on_checked(const sign_in& what, const result<sign_in_check>& found);
  void on_checked(const sign_out& what, const result<std::optional<state::Device>>& found);

  /// Gives the device a new token, then tells the client. `before` is committed first.
  void sign_device_in(const request_ref& ref, const sign_in_check& who, const device_id& device,
                      const std::string& device_name, std::vector<storage::record> before);
  void append(std::vector<storage::record> records, pending_append told);
  /// Runs `read` on a pool and `then(what it returned)` here. False when the pool is full.
  template <class Read, class Then>
  bool check(blocking_pool& pool, Read read, Then then);
  void leave(const error& why);
  void quit_if_done();

  accounts_actor::pointer self_;
  const domain* env_ = nullptr;
  shard_id shard_;
  std::shared_ptr<activation> entry_;
  /// Why the actor leaves, once it does. The outcome holds for what still comes as well: that may
  /// repeat an operation that was lost.
  std::optional<error> left_because_;
  /// Names being served, with the requests that wait for their turn.
  std::unordered_map<std::string, std::deque<account_input>> names_;
  std::size_t waiting_ = 0;
  std::deque<pending_append> under_way_;
  std::size_t checks_under_way_ = 0;
  std::uint64_t seen_ = 0;
  caf::actor_clock::time_point busy_at_;
};

accounts_actor::behavior_type accounts(accounts_actor::stateful_pointer<accounts_state> self,
                                       const domain& env, shard_id shard,
                                       std::shared_ptr<activation> entry);

} // namespace weft::actors
