// Who counts as being on this machine.
#include "net/peer_address.hpp"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <cstring>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

using namespace weft;

namespace {

sockaddr_storage address(const std::string& host, std::uint16_t port = 7400) {
  sockaddr_storage out{};
  if (host.find(':') == std::string::npos) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    REQUIRE(::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1);
    std::memcpy(&out, &v4, sizeof v4);
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    REQUIRE(::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1);
    std::memcpy(&out, &v6, sizeof v6);
  }
  return out;
}

bool are_of_one_machine(const std::string& peer, const std::string& local) {
  return net::are_of_one_machine(address(peer, 50'000), address(local));
}

} // namespace

TEST_CASE("a peer with a loopback address is on this machine") {
  CHECK(are_of_one_machine("127.0.0.1", "127.0.0.1"));
  CHECK(are_of_one_machine("127.1.2.3", "127.0.0.1"));
  CHECK(are_of_one_machine("::1", "::1"));
  CHECK(are_of_one_machine("::ffff:127.0.0.1", "::ffff:127.0.0.1"));
}

TEST_CASE("a peer with the address that it has reached is on this machine, another one is not") {
  CHECK(are_of_one_machine("198.51.100.7", "198.51.100.7"));
  CHECK_FALSE(are_of_one_machine("198.51.100.8", "198.51.100.7"));
  CHECK(are_of_one_machine("2001:db8::7", "2001:db8::7"));
  CHECK_FALSE(are_of_one_machine("2001:db8::8", "2001:db8::7"));
  CHECK(are_of_one_machine("::ffff:198.51.100.7", "::ffff:198.51.100.7"));
  CHECK_FALSE(are_of_one_machine("::ffff:198.51.100.8", "::ffff:198.51.100.7"));
  CHECK_FALSE(are_of_one_machine("198.51.100.7", "2001:db8::7"));
}

TEST_CASE("of a socket without a peer nothing is known") {
  const auto socket = ::socket(AF_INET, SOCK_STREAM, 0);
  CHECK_FALSE(net::is_from_this_machine(socket));
  ::close(socket);
}
