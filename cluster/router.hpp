// Finds users, threads and sessions.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/router.hpp"
#include "cluster/activation_table.hpp"
#include "cluster/interfaces.hpp"
#include "cluster/presence/presence_desk.hpp"
#include "cluster/read_gate.hpp"
#include "cluster/registry.hpp"
#include "cluster/session_table.hpp"
#include "cluster/shard_board.hpp"

#include <atomic>

namespace weft::cluster {

using thread_table = activation_table<thread_id, actors::thread_actor>;
using user_table = activation_table<user_id, actors::user_actor>;
using accounts_table = activation_table<shard_id, actors::accounts_actor>;

/// What a router works with; all of it outlives the router.
struct router_parts {
  node_no self;
  const shard_board& board;
  const cluster::registry& registry;
  session_table& sessions;
  thread_table& threads;
  user_table& users;
  accounts_table& accounts;
  read_gate& reads;
  presence_desk& presence;
};

/// Routes to the shards that this node leads and the sessions that live on it. What belongs to a
/// shard that is not served here is refused as `unavailable`, or `read_only` while this node
/// cannot write; reads of such a shard are served as long as its state is here.
class router final : public actors::router {
public:
  explicit router(const router_parts& parts) : parts_(parts) {}

  /// Where `touch_committed` goes. Before the first message.
  void connect(touch_relay_actor relay) { relay_ = std::move(relay); }
  /// Who hears the answers to questions for presence. Before the first of them.
  void connect(presence_poller_actor poller) { poller_ = std::move(poller); }
  /// From now on nothing is sent to domain actors; requests are refused for this reason.
  void close() { closed_.store(true, std::memory_order_release); }

  void to_thread(const thread_id& thread, actors::thread_inputs inputs) override;
  void to_user(user_id user, actors::user_inputs inputs) override;
  void to_accounts(slot where, actors::account_inputs inputs) override;
  void to_reads(slot where, actors::read_request request) override;
  void to_presence(slot where, actors::look_up_presence what) override;
  /// To the leader of the question's shard; the answer goes to the poller of the node that asks.
  /// Dropped when it cannot be answered now.
  void to_presence(presence_question what);
  void to_relay(actors::touch_committed what) override;
  void to_session(const session_address& where, actors::session_notices notices) override;
  void to_sessions_of(user_id user, const actors::session_notice& notice,
                      const session_address& except) override;

private:
  shard_id shard_of(slot where) const;
  template <class Table, class Key, class Inputs>
  void send(Table& table, slot where, const Key& key, Inputs& inputs);
  error why_not_served() const;
  template <class Inputs>
  void refuse(const Inputs& inputs, const error& why);
  template <class Request>
  void refuse_one(const Request& what, const error& why);

  router_parts parts_;
  touch_relay_actor relay_;
  presence_poller_actor poller_;
  std::atomic<bool> closed_{false};
};

} // namespace weft::cluster
