#include "storage/state_rows.hpp"

#include "storage/big_endian.hpp"

namespace weft::storage {

std::array<char, head_row::size_bytes> head_row::encode() const {
  std::array<char, size_bytes> out;
  out[0] = row_version;
  put_be(out.data() + 1, last_seq.value);
  put_be(out.data() + 9, last_ordinal.value);
  put_be(out.data() + 17, last_time.value);
  return out;
}

std::optional<head_row> head_row::decode(std::string_view bytes) {
  if (bytes.size() != size_bytes || bytes[0] != row_version)
    return std::nullopt;
  return head_row{sequence{get_be<std::uint64_t>(bytes.data() + 1)},
                  weft::ordinal{get_be<std::uint64_t>(bytes.data() + 9)},
                  time_ms{get_be<std::uint64_t>(bytes.data() + 17)}};
}

std::array<char, dedup_row::size_bytes> dedup_row::encode() const {
  std::array<char, size_bytes> out;
  put_be(out.data(), seq.value);
  put_be(out.data() + 8, payload_hash);
  return out;
}

std::optional<dedup_row> dedup_row::decode(std::string_view bytes) {
  if (bytes.size() != size_bytes)
    return std::nullopt;
  return dedup_row{sequence{get_be<std::uint64_t>(bytes.data())},
                   get_be<std::uint64_t>(bytes.data() + 8)};
}

std::array<char, block_row::size_bytes> block_row::encode() const {
  std::array<char, size_bytes> out;
  out[0] = is_blocked ? 1 : 0;
  put_be(out.data() + 1, version.value);
  return out;
}

std::optional<block_row> block_row::decode(std::string_view bytes) {
  if (bytes.size() != size_bytes || (bytes[0] != 0 && bytes[0] != 1))
    return std::nullopt;
  return block_row{bytes[0] == 1, contacts_version{get_be<std::uint64_t>(bytes.data() + 1)}};
}

std::array<char, cursors_bytes> encode_cursors(std::uint64_t read_seq,
                                               std::uint64_t delivered_seq) {
  std::array<char, cursors_bytes> out;
  put_be(out.data(), read_seq);
  put_be(out.data() + 8, delivered_seq);
  return out;
}

std::string encode_member(const state::Member& member) {
  const auto cursors = encode_cursors(member.read_seq(), member.delivered_seq());
  return std::string(cursors.data(), cursors.size()) + member.name();
}

std::optional<state::Member> decode_member(user_id user, std::string_view bytes) {
  if (bytes.size() < cursors_bytes)
    return std::nullopt;
  state::Member out;
  out.set_user(user.value);
  out.set_read_seq(get_be<std::uint64_t>(bytes.data()));
  out.set_delivered_seq(get_be<std::uint64_t>(bytes.data() + 8));
  out.set_name(std::string{bytes.substr(cursors_bytes)});
  return out;
}

std::array<char, 8> encode_number(std::uint64_t value) {
  std::array<char, 8> out;
  put_be(out.data(), value);
  return out;
}

} // namespace weft::storage
