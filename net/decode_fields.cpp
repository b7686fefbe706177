#include "net/decode_fields.hpp"

namespace weft::net {

std::optional<thread_id> checked_thread(std::string_view bytes) {
  auto out = thread_from_bytes(bytes);
  if (!out || !*out)
    return std::nullopt;
  if (out->type == thread_id::kind::direct && (out->high == 0 || out->high > out->low))
    return std::nullopt;
  return out;
}

std::optional<device_id> checked_device(std::string_view bytes) {
  auto out = uuid_from_bytes<device_id>(bytes);
  if (!out || !*out)
    return std::nullopt;
  return out;
}

std::optional<op_id> checked_op(std::string_view bytes) {
  auto out = uuid_from_bytes<op_id>(bytes);
  if (!out || !time_of(*out))
    return std::nullopt;
  return out;
}

} // namespace weft::net
