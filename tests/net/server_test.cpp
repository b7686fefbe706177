// Starting, stopping, and what is shown of a server.
#include "tests/net/own_address.hpp"
#include "tests/net/served.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <set>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

using namespace weft;
using namespace weft::testing;
using namespace std::chrono_literals;

TEST_CASE("a server says where it listens") {
  served with;
  CHECK(with.server->port() != 0);
  CHECK(with.server->address() == "127.0.0.1:" + std::to_string(with.server->port()));
}

TEST_CASE("a server that cannot listen says why in one line") {
  scripted_host host;
  net::server_options options;
  options.host = "127.0.0.1";
  options.port = 0;
  const auto first = net::server::start(options, host, host);
  REQUIRE(first);

  options.port = (*first)->port();
  const auto taken = net::server::start(options, host, host);
  REQUIRE_FALSE(taken);
  CHECK(taken.failure().code == errc::io);
  CHECK(taken.failure().message == "cannot listen on 127.0.0.1:" + std::to_string(options.port) +
                                       ": another program uses this port");

  options.port = 0;
  options.host = "192.0.2.1";
  const auto foreign = net::server::start(options, host, host);
  REQUIRE_FALSE(foreign);
  CHECK(foreign.failure().message ==
        "cannot listen on 192.0.2.1:0: this machine does not have that address");

  options.host = "no such host";
  const auto unknown = net::server::start(options, host, host);
  REQUIRE_FALSE(unknown);
  CHECK(unknown.failure().message.find("cannot listen on no such host:0: ") == 0);
}

TEST_CASE("connections are limited by the files that the process may open") {
  rlimit files{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &files) == 0);
  served with;
  CHECK(with.server->connections_max() > 0);
  CHECK(with.server->connections_max() < files.rlim_cur);
}

TEST_CASE("several I/O threads share the clients") {
  net::server_options options;
  options.io_threads = 3;
  served with{options};
  std::vector<raw_client> clients;
  for (auto i = 0; i < 20; ++i) {
    clients.push_back(with.connect());
    CHECK(clients.back().sign_in().has_ready());
  }
  for (auto& each : clients) {
    each.send(send_frame(3));
    CHECK(each.receive()->has_ack());
  }
  CHECK(with.server->counters().live == 20);
}

TEST_CASE("Locate answers with the advertised address, or with the one that was reached") {
  net::server_options options;
  const auto locate = locate_frame(2);
  {
    served with{options};
    auto client = with.connect();
    client.hello();
    client.send(locate);
    const auto found = client.receive();
    REQUIRE(found->locate().addresses_size() == 1);
    CHECK(found->locate().addresses(0) == with.server->address());
  }
  options.advertised = "chat.example.org:7400";
  served with{options};
  auto client = with.connect();
  client.sign_in();
  client.send(locate);
  CHECK(client.receive()->locate().addresses(0) == "chat.example.org:7400");
}

TEST_CASE("status is shown to this machine, before and after signing in") {
  served with;
  auto client = with.connect();
  client.hello();
  const auto status = status_frame(2);
  client.send(status);
  auto shown = client.receive();
  REQUIRE(shown->status().nodes_size() == 1);
  CHECK(shown->status().nodes(0).name() == "test");
  CHECK(shown->status().nodes(0).connections() == 1);
  client.send(login_frame(3));
  CHECK(client.receive()->has_ready());
  client.send(status);
  CHECK(client.receive()->status().nodes(0).state() == "serving");
}

TEST_CASE("status is shown to this machine at its address in the network, too") {
  const auto address = own_address();
  if (!address) {
    MESSAGE("this machine has no other address than that of its loopback");
    return;
  }
  scripted_host host;
  net::server_options options;
  options.host = "0.0.0.0";
  options.port = 0;
  const auto server = net::server::start(options, host, host);
  REQUIRE(server);
  raw_client client{(*server)->port(), 0, *address};
  client.hello();
  client.send(status_frame(2));
  const auto shown = client.receive();
  REQUIRE(shown);
  CHECK(shown->has_status());
}

TEST_CASE("status shows the advertised address, or the one that is listened on") {
  {
    served with;
    CHECK(with.server->status().nodes(0).address() == with.server->address());
  }
  net::server_options options;
  options.advertised = "chat.example.org:7400";
  served with{options};
  CHECK(with.server->status().nodes(0).address() == "chat.example.org:7400");
}

TEST_CASE("a server that stops says so in its status before its clients have gone") {
  served with;
  auto client = with.connect();
  client.sign_in();
  CHECK(with.server->status().nodes(0).state() == "serving");
  std::jthread stopping{[&] { with.server->stop(5000ms); }};
  CHECK(client.receive()->closing().code() == UNAVAILABLE);
  CHECK(with.server->status().nodes(0).state() == "stopping");
  client.close();
  stopping.join();
  CHECK(with.server->status().nodes(0).state() == "stopping");
}

TEST_CASE("a server that stops tells its clients, and their sessions end") {
  served with;
  auto member = with.connect();
  member.sign_in();
  auto stranger = with.connect();
  stranger.hello();
  auto dropped = with.connect();
  dropped.sign_in();
  dropped.close();
  CHECK(eventually([&] { return with.server->counters().detached == 1; }));
  std::thread stopping{[&] { with.server->stop(5000ms); }};
  const auto closing = member.receive();
  REQUIRE(closing);
  CHECK(closing->closing().code() == UNAVAILABLE);
  CHECK(closing->closing().reconnect_after_ms() > 0);
  CHECK(member.is_closed());
  CHECK(stranger.receive()->closing().code() == UNAVAILABLE);
  CHECK(stranger.is_closed());
  member.close();
  stranger.close();
  stopping.join();
  CHECK(eventually([&] { return with.host.script.ended == 2; }));
  CHECK(with.server->counters().connections == 0);
}

TEST_CASE("the clients of a server that stops are told to come back one after the other") {
  served with;
  std::vector<raw_client> clients;
  for (auto i = 0; i < 20; ++i) {
    clients.push_back(with.connect());
    clients.back().sign_in();
  }
  std::jthread stopping{[&] { with.server->stop(5000ms); }};
  std::set<std::uint32_t> times;
  for (auto& each : clients) {
    const auto closing = each.receive();
    REQUIRE(closing);
    times.insert(closing->closing().reconnect_after_ms());
    each.close();
  }
  CHECK(times.size() == clients.size());
  CHECK(*times.begin() >= 1'000);
  CHECK(*times.rbegin() < 2'000);
}

TEST_CASE("a server stops in its time, whatever its clients do") {
  served with;
  auto slow = with.connect(4096);
  slow.sign_in();
  const auto outlet = with.host.script.last_client();
  while (outlet->push(sample_push(1, 5000)) == actors::push_result::taken) {
  }
  with.server->stop(300ms);
  CHECK(with.server->counters().connections == 0);
  CHECK(outlet->push(sample_push(1, 10)) == actors::push_result::taken);
}

TEST_CASE("what a session still says after its server is gone goes nowhere") {
  scripted_host host;
  net::server_options options;
  options.host = "127.0.0.1";
  options.port = 0;
  auto server = net::server::start(options, host, host);
  REQUIRE(server);
  raw_client client{(*server)->port()};
  client.sign_in();
  auto outlet = host.script.last_client();
  REQUIRE(outlet);
  server->reset();
  CHECK(outlet->push(sample_push(1, 10)) == actors::push_result::taken);
  outlet->reply(actors::send_acked{});
  outlet->close({});
  outlet.reset();
  CHECK(eventually([&] { return host.script.ended == 1; }));
}

TEST_CASE("accepting goes on once there are files again") {
  served with;
  // Takes every file that the process may still open.
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const auto probe = ::open("/dev/null", O_RDONLY);
  REQUIRE(probe >= 0);
  auto waiting = with.connect();
  ::close(probe);
  CHECK(waiting.hello().has_hello());
  rlimit few = before;
  few.rlim_cur = static_cast<rlim_t>(probe) + 1;
  // One file is left: the client's own end. The server's end finds none.
  while (::fcntl(static_cast<int>(few.rlim_cur) - 1, F_GETFD) != -1)
    ++few.rlim_cur;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  auto late = with.connect();
  late.send(hello_frame(1));
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  const auto hello = late.receive();
  REQUIRE(hello);
  CHECK(hello->has_hello());
}
