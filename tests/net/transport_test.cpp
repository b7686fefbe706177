// What a transport waits for, where encryption needs the opposite of what was asked.
#include "net/server_certificate.hpp"
#include "net/transport.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test_authority.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <unistd.h>

using namespace weft;
using namespace weft::net;
using namespace weft::testing;

namespace {

/// Two ends that hold little.
struct narrow_pair {
  narrow_pair() {
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    const int small = 1;
    for (const auto end : ends)
      ::setsockopt(end, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  }
  ~narrow_pair() { ::close(ends[1]); }

  /// The first end is the transport's.
  int ends[2];
};

ssl_handle connecting() {
  const ssl_context_handle context{SSL_CTX_new(TLS_client_method())};
  ssl_handle out{SSL_new(context.get())};
  SSL_set_connect_state(out.get());
  return out;
}

const ready_socket readable{nullptr, true, false, false};
const ready_socket writable{nullptr, false, true, false};

} // namespace

TEST_CASE("in the clear reading waits for reading, and writing for writing") {
  narrow_pair pair;
  transport clear{pair.ends[0], nullptr};
  CHECK(clear.is_open());
  CHECK(clear.watch_for(true, false) == interest::read);
  CHECK(clear.watch_for(false, true) == interest::write);
  CHECK(clear.watch_for(true, true) == interest::read_and_write);
  CHECK(clear.watch_for(false, false) == interest::none);
  CHECK(clear.can_read(readable));
  CHECK_FALSE(clear.can_read(writable));
  CHECK(clear.can_write(writable));
  CHECK_FALSE(clear.can_write(readable));
}

TEST_CASE("a handshake that cannot be written makes reading wait for writing, and the reverse") {
  const temporary_directory folder;
  test_authority authority{folder.path()};
  test_authority::wish many;
  for (int i = 0; i < 500; ++i)
    many.names.push_back("a-rather-long-name-" + std::to_string(i) + ".example.org");
  const auto files = authority.issue("many", many);
  const auto certificate = server_certificate::load({files.chain, files.key});
  REQUIRE(certificate);

  narrow_pair pair;
  transport server{pair.ends[0], (*certificate)->accept()};
  tls_socket client{connecting(), pair.ends[1]};
  char bytes[100];
  CHECK_FALSE(server.is_open());

  // Nothing has come: writing waits for reading.
  CHECK(server.write("too early").status == io_status::wants_read);
  CHECK(server.watch_for(false, true) == interest::read);
  CHECK(server.can_write(readable));

  // The client has begun and does not read: the certificate does not leave.
  CHECK(client.handshake().status == io_status::wants_read);
  CHECK(server.read(bytes).status == io_status::wants_write);
  CHECK(server.watch_for(true, false) == interest::write);
  CHECK(server.can_read(writable));
  CHECK_FALSE(server.can_read(readable));

  // Both go on in turns until it is done.
  auto done = io_status::wants_read;
  for (int i = 0; i < 1000 && done != io_status::moved; ++i) {
    done = client.handshake().status;
    REQUIRE(done != io_status::broken);
    REQUIRE(server.read(bytes).status != io_status::broken);
  }
  CHECK(done == io_status::moved);
  CHECK(server.read(bytes).status == io_status::wants_read);
  CHECK(server.is_open());
  CHECK(server.watch_for(true, true) == interest::read_and_write);
  CHECK(server.write("too early").status == io_status::moved);
}

TEST_CASE("what was not taken comes first again, from another place and with more behind it") {
  const temporary_directory folder;
  test_authority authority{folder.path()};
  const auto files = authority.issue("server");
  const auto certificate = server_certificate::load({files.chain, files.key});
  REQUIRE(certificate);
  narrow_pair pair;
  transport server{pair.ends[0], (*certificate)->accept()};
  tls_socket client{connecting(), pair.ends[1]};
  char bytes[4096];
  while (client.handshake().status != io_status::moved)
    REQUIRE(server.read(bytes).status == io_status::wants_read);

  std::string whole;
  for (int i = 0; whole.size() < 200'000; ++i)
    whole += std::to_string(i) + ",";
  std::size_t written = 0;
  std::string read;
  while (read.size() < whole.size()) {
    // A copy each time, which grows.
    const auto more = std::min(whole.size() - written, std::size_t{30'000} + read.size());
    if (more > 0) {
      const auto copy = whole.substr(written, more);
      const auto put = server.write(copy);
      REQUIRE(put.status != io_status::broken);
      written += put.count;
    }
    const auto got = client.read(bytes);
    REQUIRE(got.status != io_status::broken);
    read.append(bytes, got.count);
  }
  CHECK(read == whole);
}
