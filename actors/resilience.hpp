// Keeps actors alive when a stranger speaks to them.
#pragma once

#include <caf/actor_system.hpp>
#include <caf/error.hpp>
#include <caf/scheduled_actor.hpp>

#include <spdlog/spdlog.h>

namespace weft::actors {

/// Every spawn function calls this first. CAF would otherwise end an actor at the first message it
/// does not know and at the first stray error.
template <class Self>
void survive_strangers(Self* self) {
  self->set_default_handler(caf::drop);
  self->set_error_handler([self](caf::error& why) {
    spdlog::warn("{} absorbed {}", self->name(), self->system().render(why));
  });
}

} // namespace weft::actors
