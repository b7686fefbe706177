#include "tests/actors/thread_world.hpp"

#include "storage/threads.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <doctest/doctest.h>

namespace weft::testing {

thread_world::thread_world(const actors::limits& bounds, std::size_t queue_max)
    : world(bounds, queue_max) {
  add_account(ann, "ann");
  add_account(bob, "bob");
}

void thread_world::start(const thread_id& of) {
  if (actor_)
    caf::anon_send_exit(actor_, caf::exit_reason::kill);
  settle();
  thread = of;
  entry = std::make_shared<recording_activation>();
  actor_ = actors::spawn_thread(system(), env, thread, entry);
  ended_ = watch(caf::actor_cast<caf::actor>(actor_));
}

actors::send_message thread_world::message(const sender& from, const op_id& what,
                                           std::string body) {
  actors::send_message out;
  out.ref = {from.session, ++requests_};
  out.from = from.user;
  out.from_name = from.name;
  out.device = from.device;
  out.op = what;
  out.thread = thread;
  out.body = std::move(body);
  return out;
}

std::uint64_t thread_world::send(const sender& from, const op_id& what, std::string body) {
  post({message(from, what, std::move(body))});
  run();
  return requests_;
}

void thread_world::post(actors::thread_inputs inputs) {
  ++entry->sent;
  caf::anon_send(actor_, std::move(inputs));
}

void thread_world::run() {
  settle();
  while (peer_answers == answers::come && serve_reads() > 0) {
    for (auto& [to, inputs] : router.take_thread_messages()) {
      REQUIRE(to == thread);
      post(std::move(inputs));
    }
    settle();
  }
}

void thread_world::run_after(std::chrono::milliseconds by) {
  advance(by);
  run();
}

void thread_world::commit(std::size_t count) {
  ledger.commit(count);
  run();
}

void thread_world::lose(const error& why) {
  ledger.lose(why);
  run();
}

void thread_world::start_with_one_message() {
  start(both());
  send(ann_phone, op(1), "first");
  commit();
  REQUIRE(acks(ann_phone).size() == 1);
  router.clear();
}

std::vector<std::string> thread_world::stored_bodies() const {
  std::vector<std::string> out;
  auto events =
      storage::thread_reader(store()).events(thread, {sequence{0}, std::nullopt, 1'000, 1u << 20});
  REQUIRE(events);
  for (const auto& event : *events)
    out.push_back(event_of(event.bytes).message().body());
  return out;
}

} // namespace weft::testing
