// Bytes to and from one server: in the clear, or by TLS.
#pragma once

#include "net/tls/socket_io.hpp"
#include "storage/result.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace weft::net::client {

/// Told how a stream's reading and writing went. Calls come from the io_context, never from within
/// a call of the stream.
class byte_stream_user {
public:
  virtual ~byte_stream_user() = default;
  /// So many bytes were read, at least one; or the connection is lost.
  virtual void on_read(result<std::size_t> outcome) = 0;
  /// Writing is worth another try, if only to hear that the connection is lost.
  virtual void on_writable() = 0;
};

/// A connection that is ready to carry frames. Kept alive by its own pending operations, as is the
/// user that waits for them. Not thread-safe: one io_context thread uses it.
class byte_stream {
public:
  virtual ~byte_stream() = default;

  /// Reads into `to`, which is not empty and stays until `on_read`. One at a time.
  virtual void read(std::span<char> to, std::shared_ptr<byte_stream_user> user) = 0;
  /// Writes what goes without waiting. `from` is not empty; bytes that were not taken come first
  /// again.
  virtual io_result write(std::string_view from) = 0;
  /// After a `write` that took less than everything.
  virtual void await_writable(std::shared_ptr<byte_stream_user> user) = 0;
  /// Closes at once. Who waits hears that the connection is lost.
  virtual void close() = 0;

  /// Closing will reset the connection, as a client does that dies: the port is free at once.
  virtual void reset_on_close() = 0;

  virtual bool is_encrypted() const = 0;
  virtual boost::asio::any_io_executor executor() = 0;
};

} // namespace weft::net::client
