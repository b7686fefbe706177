// What the activated actors (thread, user, accounts) have in common: a bounded stash while they
// wait for the store, reads on a pool, and an orderly end.
#pragma once

#include "actors/activation.hpp"
#include "actors/domain.hpp"
#include "actors/interfaces.hpp"
#include "actors/resilience.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <functional>
#include <utility>

namespace weft::actors {

/// Milliseconds since 1970 UTC: what events and operation ids are stamped with.
inline time_ms wall_clock() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return time_ms{static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count())};
}

/// What a user may not see is not to be told apart from what does not exist: one error for both.
inline const error unseen{errc::not_found, "no such thread or user", outcome::nothing_written, 0};

/// Replies that a request failed.
inline void refuse_request(router& way, const request_ref& ref, const error& why) {
  if (ref.session.session)
    way.to_session(ref.session, {request_failed{ref.request, why}});
}

/// Runs `read` on the pool and what it returns (a closure) back in the actor `self`. False when the
/// pool is full. In the preferred lane: what an actor needs to go on is what its clients' sends and
/// sign-ins wait for.
template <class Handle, class Read>
[[nodiscard]] bool read_then(blocking_pool& pool, const Handle& self, Read read) {
  return pool.submit(
      [self, read = std::move(read)]() mutable { caf::anon_send(self, continuation{read()}); },
      pool_lane::preferred);
}

/// Ends an actor once everything already sent to it has been handled: messages keep their order, so
/// this one comes last.
template <class Self>
void quit_after_mailbox(Self* self) {
  self->send(self, continuation{[self] { self->quit(); }});
}

} // namespace weft::actors
