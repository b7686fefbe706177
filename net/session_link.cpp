#include "net/session_link.hpp"

#include <caf/send.hpp>

namespace weft::net {

void session_link::send(actors::session_requests turn) const {
  caf::anon_send(session_, std::move(turn));
}

void session_link::tell_drained() const {
  caf::anon_send(session_, actors::atom::drained_v);
}

void session_link::tell_detached() const {
  caf::anon_send(session_, actors::atom::detached_v);
}

void session_link::tell_expired() const {
  caf::anon_send(session_, actors::atom::expired_v);
}

} // namespace weft::net
