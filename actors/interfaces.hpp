// The catalogue: every actor interface of the chat domain. One sentence for each message.
#pragma once

#include "actors/messages.hpp"
#include "actors/type_ids.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace weft::actors {

/// Whoever appends to the LEDGER. Outcomes come in the order of the appends.
using appender_actor = caf::typed_actor<
    /// The oldest N appends of this actor are committed and applied.
    caf::reacts_to<atom::committed, std::uint64_t>,
    /// None of the outstanding appends will be reported as committed: answer them and end. The
    /// error's outcome tells whether they may have been written.
    caf::reacts_to<atom::lost, error>>;

/// The THREAD: orders the events of one conversation.
using thread_actor = appender_actor::extend<
    /// Sends, receipts and answers, in order.
    caf::reacts_to<thread_inputs>,
    /// INTERNAL: what the read pool found; the closure runs on the actor.
    caf::reacts_to<continuation>,
    /// INTERNAL: periodic upkeep.
    caf::reacts_to<caf::tick_atom>>;

/// The USER: owns one inbox and its read cursors.
using user_actor = appender_actor::extend<
    /// Touches and read cursors, in order.
    caf::reacts_to<user_inputs>,
    /// INTERNAL: what the read pool found; the closure runs on the actor.
    caf::reacts_to<continuation>,
    /// INTERNAL: periodic upkeep.
    caf::reacts_to<caf::tick_atom>>;

/// The ACCOUNTS of one shard: names, passwords and device tokens.
using accounts_actor = appender_actor::extend<
    /// Registrations, sign-ins and sign-outs, in order.
    caf::reacts_to<account_inputs>,
    /// INTERNAL: what a pool found; the closure runs on the actor.
    caf::reacts_to<continuation>,
    /// INTERNAL: periodic upkeep.
    caf::reacts_to<caf::tick_atom>>;

/// The SESSION: one connected device.
using session_actor = caf::typed_actor<
    /// One turn of the connection: requests in the order they were read.
    caf::reacts_to<session_requests>,
    /// Replies and pushes for the client.
    caf::reacts_to<session_notices>,
    /// The outlet has room again after a push was refused.
    caf::reacts_to<atom::drained>,
    /// The connection is gone; the session stays until its heartbeat deadline.
    caf::reacts_to<atom::detached>,
    /// Nothing was heard for the session's expiry.
    caf::reacts_to<atom::expired>,
    /// INTERNAL: something that was put off; the closure runs on the actor.
    caf::reacts_to<continuation>>;

} // namespace weft::actors
