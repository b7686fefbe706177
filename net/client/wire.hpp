// The protobuf wire format by hand, for the few messages that make up nearly all traffic: reading
// them as views costs a fraction of what generated classes do.
// See https://protobuf.dev/programming-guides/encoding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weft::net::client::wire {

/// How the value of a field is laid out.
enum class layout : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

/// Walks over the fields of one message. The bytes must outlive it and what it returns.
class reader {
public:
  explicit reader(std::string_view message) : rest_(message) {}

  /// Moves to the next field; false at the end and at the first malformed byte (`failed`).
  bool next();
  bool failed() const { return failed_; }

  std::uint32_t field() const { return field_; }
  /// True when the present field has this number and layout: another layout is an unknown field.
  bool is(int field, layout how) const {
    return field_ == static_cast<std::uint32_t>(field) && layout_ == how;
  }
  /// The value of a varint or fixed field.
  std::uint64_t number() const { return number_; }
  /// The value of a bytes, string or message field.
  std::string_view bytes() const { return bytes_; }

private:
  bool fail();
  bool take_varint(std::uint64_t& out);
  bool take_fixed(std::size_t size);
  bool take_bytes();

  std::string_view rest_;
  std::uint32_t field_ = 0;
  layout layout_ = layout::varint;
  std::uint64_t number_ = 0;
  std::string_view bytes_;
  bool failed_ = false;
};

/// Bytes that `value` takes as a varint.
std::size_t varint_size(std::uint64_t value);

/// Bytes of a field of each layout, tag included; numbers of fields stay below 2048.
std::size_t varint_field_size(int field, std::uint64_t value);
std::size_t fixed64_field_size(int field);
std::size_t bytes_field_size(int field, std::size_t size);

/// Append a field to a message. `put_header` is the tag and length of a bytes or message field.
void put_varint(std::string& out, int field, std::uint64_t value);
void put_fixed64(std::string& out, int field, std::uint64_t value);
void put_bytes(std::string& out, int field, std::string_view value);
void put_header(std::string& out, int field, std::size_t size);

} // namespace weft::net::client::wire
