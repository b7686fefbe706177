#include "net/client/wire.hpp"

#include <bit>
#include <cstring>

namespace weft::net::client::wire {
namespace {

constexpr std::uint64_t tag_of(int field, layout how) {
  return (static_cast<std::uint64_t>(field) << 3) | static_cast<std::uint64_t>(how);
}

void append_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(static_cast<unsigned char>(value) | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

} // namespace

bool reader::fail() {
  failed_ = true;
  rest_ = {};
  return false;
}

bool reader::take_varint(std::uint64_t& out) {
  out = 0;
  for (std::size_t i = 0; i < rest_.size() && i < 10; ++i) {
    const auto byte = static_cast<unsigned char>(rest_[i]);
    out |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      rest_.remove_prefix(i + 1);
      return true;
    }
  }
  return fail();
}

bool reader::take_fixed(std::size_t size) {
  static_assert(std::endian::native == std::endian::little, "fixed fields are little-endian");
  if (rest_.size() < size)
    return fail();
  number_ = 0;
  std::memcpy(&number_, rest_.data(), size);
  rest_.remove_prefix(size);
  return true;
}

bool reader::take_bytes() {
  std::uint64_t size = 0;
  if (!take_varint(size) || size > rest_.size())
    return fail();
  bytes_ = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return true;
}

bool reader::next() {
  if (rest_.empty())
    return false;
  std::uint64_t tag = 0;
  if (!take_varint(tag))
    return false;
  if (tag >> 3 == 0 || tag >> 3 > 0x1fffffff)
    return fail();
  field_ = static_cast<std::uint32_t>(tag >> 3);
  layout_ = static_cast<layout>(tag & 7);
  switch (layout_) {
  case layout::varint:
    return take_varint(number_);
  case layout::fixed64:
    return take_fixed(8);
  case layout::bytes:
    return take_bytes();
  case layout::fixed32:
    return take_fixed(4);
  }
  return fail();
}

std::size_t varint_size(std::uint64_t value) {
  return (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
}

std::size_t varint_field_size(int field, std::uint64_t value) {
  return varint_size(tag_of(field, layout::varint)) + varint_size(value);
}

std::size_t fixed64_field_size(int field) {
  return varint_size(tag_of(field, layout::fixed64)) + 8;
}

std::size_t bytes_field_size(int field, std::size_t size) {
  return varint_size(tag_of(field, layout::bytes)) + varint_size(size) + size;
}

void put_varint(std::string& out, int field, std::uint64_t value) {
  append_varint(out, tag_of(field, layout::varint));
  append_varint(out, value);
}

void put_fixed64(std::string& out, int field, std::uint64_t value) {
  append_varint(out, tag_of(field, layout::fixed64));
  char bytes[8];
  std::memcpy(bytes, &value, sizeof bytes);
  out.append(bytes, sizeof bytes);
}

void put_bytes(std::string& out, int field, std::string_view value) {
  put_header(out, field, value.size());
  out.append(value);
}

void put_header(std::string& out, int field, std::size_t size) {
  append_varint(out, tag_of(field, layout::bytes));
  append_varint(out, size);
}

} // namespace weft::net::client::wire
