// Registration of everything that actors send. An unlisted type does not compile.
#pragma once

#include "actors/messages.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

#include <functional>

namespace weft::actors {

/// Work that a pool hands back to the actor that asked for it: runs in the actor.
struct continuation {
  std::function<void()> run;
};

} // namespace weft::actors

CAF_BEGIN_TYPE_ID_BLOCK(weft_actors, caf::first_custom_type_id)
CAF_ADD_TYPE_ID(weft_actors, (weft::error))
CAF_ADD_TYPE_ID(weft_actors, (weft::actors::thread_inputs))
CAF_ADD_TYPE_ID(weft_actors, (weft::actors::user_inputs))
CAF_ADD_TYPE_ID(weft_actors, (weft::actors::account_inputs))
CAF_ADD_TYPE_ID(weft_actors, (weft::actors::session_requests))
CAF_ADD_TYPE_ID(weft_actors, (weft::actors::session_notices))
CAF_ADD_TYPE_ID(weft_actors, (weft::actors::continuation))
CAF_ADD_ATOM(weft_actors, weft::actors::atom, committed, "committed")
CAF_ADD_ATOM(weft_actors, weft::actors::atom, lost, "lost")
CAF_ADD_ATOM(weft_actors, weft::actors::atom, drained, "drained")
CAF_ADD_ATOM(weft_actors, weft::actors::atom, detached, "detached")
CAF_ADD_ATOM(weft_actors, weft::actors::atom, expired, "expired")
CAF_END_TYPE_ID_BLOCK(weft_actors)

// None of these ever leaves the process: between nodes travels one batch of bytes (cluster/).
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weft::error)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weft::actors::thread_inputs)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weft::actors::user_inputs)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weft::actors::account_inputs)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weft::actors::session_requests)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weft::actors::session_notices)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weft::actors::continuation)
