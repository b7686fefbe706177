// Writes the protobuf wire format by hand, for the frames that are written all the time.
// https://protobuf.dev/programming-guides/encoding
#pragma once

#include "actors/messages.hpp"
#include "net/byte_buffer.hpp"
#include "net/frame.hpp"

#include <google/protobuf/io/coded_stream.h>

#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace weft::net::wire {

/// Counts what a message would take. Every message is put twice, into this and then into a
/// `writer`: so its length is known before its bytes, which go straight to their place.
class counter {
public:
  void varint(std::uint64_t value) {
    size_ += google::protobuf::io::CodedOutputStream::VarintSize64(value);
  }
  void fixed64(std::uint64_t) { size_ += sizeof(std::uint64_t); }
  void raw(std::string_view bytes) { size_ += bytes.size(); }
  void skip(std::size_t bytes) { size_ += bytes; }
  std::size_t size() const { return size_; }

private:
  std::size_t size_ = 0;
};

/// Writes to memory that is known to be large enough.
class writer {
public:
  explicit writer(char* to) : to_(reinterpret_cast<std::uint8_t*>(to)) {}

  void varint(std::uint64_t value) {
    to_ = google::protobuf::io::CodedOutputStream::WriteVarint64ToArray(value, to_);
  }
  void fixed64(std::uint64_t value) {
    to_ = google::protobuf::io::CodedOutputStream::WriteLittleEndian64ToArray(value, to_);
  }
  void raw(std::string_view bytes) {
    if (!bytes.empty())
      std::memcpy(to_, bytes.data(), bytes.size());
    to_ += bytes.size();
  }

private:
  std::uint8_t* to_;
};

enum class wire_type : std::uint32_t { varint = 0, fixed64 = 1, delimited = 2 };

template <class Sink>
void put_tag(Sink& out, std::uint32_t field, wire_type type) {
  out.varint(field << 3 | static_cast<std::uint32_t>(type));
}

/// Fields with their default value are left out, as proto3 does.
template <class Sink>
void put_number(Sink& out, std::uint32_t field, std::uint64_t value) {
  if (value == 0)
    return;
  put_tag(out, field, wire_type::varint);
  out.varint(value);
}

template <class Sink>
void put_fixed64(Sink& out, std::uint32_t field, std::uint64_t value) {
  if (value == 0)
    return;
  put_tag(out, field, wire_type::fixed64);
  out.fixed64(value);
}

/// A member of a repeated field, or of a oneof, which is written even when it is empty.
template <class Sink>
void put_delimited(Sink& out, std::uint32_t field, std::string_view bytes) {
  put_tag(out, field, wire_type::delimited);
  out.varint(bytes.size());
  out.raw(bytes);
}

template <class Sink>
void put_bytes(Sink& out, std::uint32_t field, std::string_view bytes) {
  if (!bytes.empty())
    put_delimited(out, field, bytes);
}

/// A message inside a message: `put` writes its fields into the sink that it gets.
template <class Sink, class Put>
void put_message(Sink& out, std::uint32_t field, const Put& put) {
  counter inner;
  put(inner);
  put_tag(out, field, wire_type::delimited);
  out.varint(inner.size());
  if constexpr (std::is_same_v<Sink, counter>)
    out.skip(inner.size());
  else
    put(out);
}

/// The 17 bytes of a thread id, without a string for them.
template <class Sink>
void put_thread(Sink& out, std::uint32_t field, const thread_id& thread) {
  char bytes[thread_id::size_bytes];
  bytes[0] = static_cast<char>(thread.type);
  for (int i = 0; i < 8; ++i) {
    bytes[1 + i] = static_cast<char>(thread.high >> (56 - 8 * i) & 0xFF);
    bytes[9 + i] = static_cast<char>(thread.low >> (56 - 8 * i) & 0xFF);
  }
  put_bytes(out, field, {bytes, sizeof bytes});
}

/// Appends one frame whose payload is what `put` writes.
template <class Put>
void append_frame(byte_buffer& out, const Put& put) {
  counter size;
  put(size);
  auto* to = out.extend(frame_header_bytes + size.size());
  auto header = frame_header(size.size());
  std::memcpy(to, header.data(), header.size());
  writer body{to + header.size()};
  put(body);
}

} // namespace weft::net::wire
