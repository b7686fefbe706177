// What weftd can be told, from flags, environment and file.
#pragma once

#include "actors/limits.hpp"
#include "storage/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace weft::bin {

/// HOST:PORT as given; port 0 takes a free one.
struct endpoint {
  std::string host;
  std::uint16_t port = 0;
};

/// Takes "HOST:PORT" or "[IPV6]:PORT" apart; the error says what is wrong with it.
result<endpoint> parse_endpoint(const std::string& text);

/// The settings of one node. Flags win over `WEFT_*` variables, these over the file.
struct options {
  std::filesystem::path data;
  std::string listen = "127.0.0.1:7400";
  std::string http = "127.0.0.1:7480";
  /// What clients are told to connect to, with a port above 0; empty means the address that they
  /// have reached.
  std::string advertise;
  /// PEM files of the certificate chain and of its key; both empty: clients are not encrypted.
  std::string tls_cert;
  std::string tls_key;
  std::string node = "weft-1";
  std::string log_level = "info";
  std::size_t io_threads = 1;
  /// 0: as many as there are processors, at least two.
  std::size_t actor_threads = 0;
  std::uint64_t block_cache_mib = 256;
  std::uint64_t free_space_min_mib = 64;
  actors::limits limits;
};

/// How parsing ended: go on with `options`, or leave with `exit_code` (help, version, wrong usage;
/// the text has been printed).
struct parsed_options {
  bin::options options;
  bool leave = false;
  int exit_code = 0;
};

parsed_options parse_options(int argc, const char* const* argv);

} // namespace weft::bin
