// What all connections of a server share.
#pragma once

#include "actors/limits.hpp"
#include "actors/presence_view.hpp"
#include "net/admission.hpp"
#include "net/proto/weft.pb.h"
#include "net/session_host.hpp"
#include "net/status_source.hpp"
#include "net/tls_policy.hpp"

#include <atomic>
#include <cstddef>
#include <string>

namespace weft::net {

/// The protocol version of net/proto/weft.proto.
inline constexpr std::uint32_t protocol_version = 1;

/// What a frame may hold beside a body: ids, names, a page of receipts.
inline constexpr std::size_t frame_overhead_bytes = 32u << 10;

/// Largest frame before a connection has signed in: a Resume with all its cursors fits.
inline constexpr std::size_t stranger_frame_bytes_max = 4u << 10;

/// Times that a connection may try to sign in.
inline constexpr std::uint32_t sign_in_attempts_max = 5;

/// How long a client may take to read its last frames, and then to close.
inline constexpr std::uint64_t closing_within_ms = 5'000;
inline constexpr std::uint64_t linger_ms = 1'000;

/// Bytes queued towards slow readers on the whole node; beyond them each has only
/// `slow_reader_floor_bytes`, so that many who do not read cannot fill the memory.
inline constexpr std::size_t slow_reader_bytes_max = 256u << 20;
inline constexpr std::size_t slow_reader_floor_bytes = 16u << 10;

/// Counted by the I/O threads, read by status.
struct connection_counters {
  /// Open sockets of clients.
  std::atomic<std::size_t> connections{0};
  /// Signed in and connected.
  std::atomic<std::size_t> live{0};
  /// Sessions without a connection, in their grace.
  std::atomic<std::size_t> detached{0};
  /// Since the start: connections that ended before their TLS handshake was done.
  std::atomic<std::size_t> failed_handshakes{0};
};

/// Made by the server, outlives its connections.
struct server_context {
  server_context(const actors::limits& allowed, session_host& sessions, const status_source& source,
                 std::shared_ptr<const server_certificate> certificate = nullptr)
      : limits(allowed), host(sessions), status(source), tls(std::move(certificate)),
        requests(allowed.node_request_bytes_max), slow_readers(slow_reader_bytes_max) {}

  actors::limits limits;
  session_host& host;
  const status_source& status;
  tls_policy tls;
  /// Null when heartbeats tell of nobody.
  const actors::presence_view* presence = nullptr;
  /// HOST:PORT that clients are told; empty when none was given.
  std::string advertised;
  /// HOST:PORT that is listened on.
  std::string listening;
  /// Sent to each client, but for the time.
  Hello hello;
  std::size_t connections_max = 0;

  node_budget requests;
  node_budget slow_readers;
  connection_counters counters;
  /// The server stops, and with it the node.
  std::atomic<bool> is_stopping{false};

  std::size_t frame_bytes_max() const { return limits.body_bytes_max + frame_overhead_bytes; }
  window_limits window() const {
    return {limits.session_requests_max, limits.session_request_bytes_max};
  }
};

} // namespace weft::net
