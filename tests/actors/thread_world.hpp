// A world with one THREAD in it and people who write there.
#pragma once

#include "actors/spawn.hpp"
#include "tests/actors/support.hpp"

#include <memory>
#include <string>

namespace weft::testing {

/// One device of a user with its session.
struct sender {
  user_id user;
  std::string name;
  device_id device;
  actors::session_address session;
};

inline sender sender_no(user_id user, std::string name, std::uint8_t n) {
  return {user, std::move(name), device_no(n), {actors::node_no{1}, session_no{n}}};
}

/// Ann and Bob have accounts; Eve has none unless a test gives her one.
class thread_world : public world {
public:
  explicit thread_world(const actors::limits& bounds = cheap_limits(),
                        std::size_t queue_max = 1'000);

  const sender ann_phone = sender_no(ann, "ann", 1);
  const sender ann_laptop = sender_no(ann, "ann", 2);
  const sender bob_phone = sender_no(bob, "bob", 3);
  const sender eve_phone = sender_no(eve, "eve", 4);

  /// Starts an actor for the thread, on what the store has; an older one ends.
  void start(const thread_id& thread);
  /// The thread of Ann and Bob.
  static thread_id both() { return thread_id::direct(ann, bob); }

  /// A message of that sender to the present thread. Each gets a request number of its own.
  actors::send_message message(const sender& from, const op_id& op, std::string body);
  /// Sends it and lets the actor work; gives its request number.
  std::uint64_t send(const sender& from, const op_id& op, std::string body);
  /// Gives the actor one message with these inputs; it has not yet worked on them.
  void post(actors::thread_inputs inputs);
  /// Lets actors and pools work and answers what the thread asks about users.
  void run();
  /// The same after moving the clock on.
  void run_after(std::chrono::milliseconds by);
  /// Commits what waits and lets the actor publish it.
  void commit(std::size_t count = test_ledger::all);
  void lose(const error& why);

  /// A thread of Ann and Bob with one committed message of Ann's phone, all records forgotten.
  void start_with_one_message();

  std::vector<actors::send_acked> acks(const sender& of) const {
    return router.replies<actors::send_acked>(of.session);
  }
  std::vector<actors::request_failed> failures(const sender& of) const {
    return router.replies<actors::request_failed>(of.session);
  }
  /// The committed bodies of the thread as the store has them.
  std::vector<std::string> stored_bodies() const;

  thread_id thread;
  std::shared_ptr<recording_activation> entry;
  /// Whether questions about users are answered.
  enum class answers { come, do_not_come } peer_answers = answers::come;

  bool has_ended() const { return *ended_; }

private:
  actors::thread_actor actor_;
  std::shared_ptr<const bool> ended_;
  std::uint64_t requests_ = 0;
};

} // namespace weft::testing
