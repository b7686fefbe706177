// Decodes the three ways to sign in.
#pragma once

#include "net/decode.hpp"
#include "net/proto/weft.pb.h"

namespace weft::net {

client_message take_sign_in(std::uint64_t request, Register& from, const actors::limits& limits);
client_message take_sign_in(std::uint64_t request, Login& from, const actors::limits& limits);
client_message take_sign_in(std::uint64_t request, Resume& from, const actors::limits& limits);

} // namespace weft::net
