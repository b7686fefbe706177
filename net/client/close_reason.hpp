// Why a connection ended.
#pragma once

#include "storage/error.hpp"

#include <boost/system/error_code.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace weft::net::client {

/// What a client needs to know to come back rightly.
struct close_reason {
  error why;
  /// When the server asked to be left alone, in milliseconds; 0: no wish.
  std::uint32_t reconnect_after_ms = 0;
  /// Where the server sends its clients, HOST:PORT; empty: stay with the known addresses.
  std::string address;
  /// The connection broke before the server had said a word.
  bool before_greeting = false;
};

/// An error of the network, said in words: "`attempted`: connection refused".
error network_error(std::string_view attempted, const boost::system::error_code& code);

} // namespace weft::net::client
