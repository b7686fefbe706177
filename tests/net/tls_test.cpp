// Clients that are served by TLS, and what knocks at a port of TLS besides.
#include "tests/net/served.hpp"
#include "tests/net/tls_client.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test_authority.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <set>

using namespace weft;
using namespace weft::testing;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<const net::server_certificate> load(const test_authority::issued& from) {
  auto loaded = net::server_certificate::load({from.chain, from.key});
  REQUIRE(loaded);
  return *loaded;
}

/// A server of TLS, and the authority that its clients trust.
struct served_by_tls {
  explicit served_by_tls(net::server_options options = {}) {
    options.certificate = load(authority.issue("server"));
    with.emplace(std::move(options));
  }

  tls_client connect(tls_client::settings how = {}) {
    how.authority = authority.file();
    return {with->server->port(), how};
  }
  std::size_t failed() const { return with->server->counters().failed_handshakes; }
  session_script& script() { return with->host.script; }

  temporary_directory folder;
  test_authority authority{folder.path()};
  std::optional<served> with;
};

tls_client::settings of_version(int version) {
  tls_client::settings out;
  out.version_min = out.version_max = version;
  return out;
}

/// As many sends as make up so many bytes, numbered from `first` on.
std::string sends(std::uint64_t first, std::size_t bytes, std::uint64_t& last) {
  std::string out;
  for (last = first; out.size() < bytes; ++last)
    out += bytes_of(send_frame(last, std::string(1000, 'x')));
  return out;
}

/// That each of these requests is acknowledged once.
void check_acked(tls_client& client, std::uint64_t first, std::uint64_t last) {
  std::set<std::uint64_t> waiting;
  for (auto i = first; i < last; ++i)
    waiting.insert(i);
  while (!waiting.empty()) {
    const auto reply = client.receive();
    REQUIRE(reply);
    REQUIRE(reply->has_ack());
    CHECK(waiting.erase(reply->request_id()) == 1);
  }
}

} // namespace

TEST_CASE("TLS 1.2 and 1.3 are served") {
  served_by_tls tls;
  for (const auto& [version, name] :
       {std::pair{TLS1_2_VERSION, "TLSv1.2"}, std::pair{TLS1_3_VERSION, "TLSv1.3"}}) {
    auto client = tls.connect(of_version(version));
    CHECK(client.sign_in().has_ready());
    CHECK(client.version() == name);
    client.send(send_frame(3));
    CHECK(client.receive()->has_ack());
    client.send(heartbeat_frame(4));
    CHECK(client.receive()->has_heartbeat_ack());
  }
  CHECK(tls.failed() == 0);
}

TEST_CASE("TLS 1.1 is refused, and counted") {
  served_by_tls tls;
  auto old = tls.connect(of_version(TLS1_1_VERSION));
  CHECK_FALSE(old.connect());
  CHECK(old.failure().find("protocol version") != std::string::npos);
  CHECK(eventually([&] { return tls.failed() == 1; }));
  CHECK(tls.connect().sign_in().has_ready());
}

TEST_CASE("a session is resumed by its ticket, in both versions") {
  served_by_tls tls;
  for (const auto version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    auto first = tls.connect(of_version(version));
    CHECK(first.sign_in().has_ready());
    CHECK(SSL_session_reused(first.ssl()) == 0);
    const auto session = first.session();
    auto how = of_version(version);
    how.session = session.get();
    auto second = tls.connect(how);
    CHECK(second.sign_in().has_ready());
    CHECK(SSL_session_reused(second.ssl()) == 1);
  }
}

TEST_CASE("what does not speak TLS at a port of TLS is closed without a word") {
  served_by_tls tls;
  std::size_t closed = 0;
  for (const auto& words : {bytes_of(hello_frame(1)), std::string{"GET / HTTP/1.1\r\n\r\n"},
                            std::string(300, '\0'), std::string{"SSH-2.0-x\r\n"}}) {
    auto client = tls.with->connect();
    client.send_raw(words);
    char answer[16];
    const auto count = ::recv(client.socket(), answer, sizeof answer, 0);
    CHECK(count <= 0);
    ++closed;
    CHECK(eventually([&] { return tls.failed() == closed; }));
  }
  // Records that are none of a handshake, and half of one.
  auto liar = tls.with->connect();
  liar.send_raw(std::string_view{"\x16\x03\x01\x00\x05hello", 10});
  CHECK(eventually([&] { return tls.failed() == closed + 1; }));
  CHECK(tls.connect().sign_in().has_ready());
}

TEST_CASE("a handshake that stalls ends at the deadline of signing in") {
  net::server_options options;
  options.limits.sign_in_within = 300ms;
  served_by_tls tls{options};
  auto silent = tls.with->connect();
  auto halfway = tls.with->connect();
  halfway.send_raw(std::string_view{"\x16\x03\x01\x01\x00\x01", 6});
  auto idle = tls.connect();
  REQUIRE(idle.connect());
  CHECK(silent.is_closed());
  CHECK(halfway.is_closed());
  // Who has shaken hands is told.
  CHECK(idle.receive()->closing().code() == TIMEOUT);
  CHECK(eventually([&] { return tls.failed() == 2; }));
}

TEST_CASE("large frames pass in tiny pieces, both ways") {
  served_by_tls tls;
  tls.script().history_event_bytes = 60'000;
  tls_client::settings tiny;
  tiny.piece = 61;
  auto client = tls.connect(tiny);
  CHECK(client.sign_in().has_ready());
  client.send(send_frame(3, std::string(60'000, 'x')));
  CHECK(client.receive()->has_ack());
  client.send(history_frame(4));
  const auto page = client.receive();
  REQUIRE(page);
  REQUIRE(page->history().events_size() == 1);
  CHECK(page->history().events(0).message().body() == std::string(60'000, 'b'));
}

TEST_CASE("frames come in records of one byte") {
  served_by_tls tls;
  auto client = tls.connect();
  CHECK(client.sign_in().has_ready());
  for (const auto byte : bytes_of(send_frame(3, "byte by byte")))
    REQUIRE(client.send_raw({&byte, 1}));
  CHECK(client.receive()->has_ack());
}

TEST_CASE("bursts of hundreds of KiB are answered whole") {
  net::server_options options;
  options.limits.session_requests_max = 10'000;
  options.limits.session_request_bytes_max = 64u << 20;
  served_by_tls tls{options};
  auto client = tls.connect();
  CHECK(client.sign_in().has_ready());
  std::uint64_t last = 10;
  for (int burst = 0; burst < 5; ++burst) {
    const auto first = last;
    REQUIRE(client.send_raw(sends(first, 200u << 10, last)));
    check_acked(client, first, last);
  }
}

TEST_CASE("what TLS has read while its client's window was full is not forgotten") {
  net::server_options options;
  options.limits.session_requests_max = 4;
  served_by_tls tls{options};
  auto client = tls.connect();
  CHECK(client.sign_in().has_ready());
  tls.script().holds_sends = true;
  std::uint64_t last = 0;
  REQUIRE(client.send_raw(sends(10, 100u << 10, last)));
  CHECK(eventually([&] { return tls.script().requests == 4; }));
  tls.script().holds_sends = false;
  check_acked(client, 10, last);
}

TEST_CASE("who reads late gets everything in order") {
  net::server_options options;
  options.limits.session_push_bytes_max = 2u << 20;
  served_by_tls tls{options};
  tls_client::settings how;
  how.receive_buffer = 4096;
  auto client = tls.connect(how);
  CHECK(client.sign_in().has_ready());
  const auto outlet = tls.script().last_client();
  std::uint64_t pushed = 0;
  while (outlet->push(sample_push(pushed + 1, 5000)) == actors::push_result::taken)
    ++pushed;
  REQUIRE(pushed > 100);
  // Answers of the connection's own get in line.
  for (std::uint64_t request = 10; request < 20; ++request)
    client.send(heartbeat_frame(request));
  std::uint64_t seen = 0;
  std::uint64_t beats = 0;
  while (seen < pushed || beats < 10) {
    const auto frame = client.receive();
    REQUIRE(frame);
    if (frame->has_heartbeat_ack())
      ++beats;
    for (const auto& event : frame->deliver().events())
      REQUIRE(event.seq() == ++seen);
  }
  CHECK(seen == pushed);
}

TEST_CASE("a client that only stops sending is taken for gone, by TLS or by TCP") {
  served_by_tls tls;
  auto by_tls = tls.connect();
  CHECK(by_tls.sign_in().has_ready());
  by_tls.say_end();
  CHECK(by_tls.is_closed());
  CHECK(eventually([&] { return tls.script().detached == 1; }));
  auto by_tcp = tls.connect();
  CHECK(by_tcp.sign_in().has_ready());
  by_tcp.wire().finish_sending();
  CHECK(by_tcp.is_closed());
  CHECK(eventually([&] { return tls.script().detached == 2; }));
}

TEST_CASE("a last request and the end of TLS in one piece are both heard") {
  served_by_tls tls;
  auto client = tls.connect();
  CHECK(client.sign_in().has_ready());
  const auto frame = bytes_of(send_frame(3));
  std::size_t count = 0;
  REQUIRE(SSL_write_ex(client.ssl(), frame.data(), frame.size(), &count) == 1);
  client.say_end();
  CHECK(eventually([&] { return tls.script().detached == 1; }));
  CHECK(tls.script().requests == 1);
}

TEST_CASE("a server that closes says so by TLS") {
  served_by_tls tls;
  auto client = tls.connect();
  CHECK(client.sign_in().has_ready());
  std::thread stopping{[&] { tls.with->server->stop(5000ms); }};
  CHECK(client.receive()->closing().code() == UNAVAILABLE);
  CHECK(client.is_closed());
  CHECK((SSL_get_shutdown(client.ssl()) & SSL_RECEIVED_SHUTDOWN) != 0);
  client.wire().close();
  stopping.join();
}

TEST_CASE("keys are renewed when the client wants it, and nothing is negotiated anew") {
  served_by_tls tls;
  auto modern = tls.connect(of_version(TLS1_3_VERSION));
  CHECK(modern.sign_in().has_ready());
  REQUIRE(SSL_key_update(modern.ssl(), SSL_KEY_UPDATE_REQUESTED) == 1);
  modern.send(send_frame(3));
  CHECK(modern.receive()->has_ack());

  auto older = tls.connect(of_version(TLS1_2_VERSION));
  CHECK(older.sign_in().has_ready());
  SSL_renegotiate(older.ssl());
  CHECK_FALSE(older.connect());
}

TEST_CASE("another certificate is for those who come, and those who are there stay") {
  served_by_tls tls;
  auto before = tls.connect();
  CHECK(before.sign_in().has_ready());
  tls.with->server->use_certificate(load(tls.authority.issue("renewed")));
  auto after = tls.connect();
  CHECK(after.sign_in().has_ready());
  CHECK(X509_cmp(before.certificate().get(), after.certificate().get()) != 0);
  before.send(send_frame(3));
  CHECK(before.receive()->has_ack());
}

TEST_CASE("beyond the limit of connections a client is refused in the words of TLS") {
  net::server_options options;
  options.connections_max = 1;
  served_by_tls tls{options};
  auto first = tls.connect();
  CHECK(first.sign_in().has_ready());
  auto second = tls.connect();
  CHECK_FALSE(second.connect());
  CHECK(second.failure() == "tlsv1 alert internal error");
  first.send(send_frame(3));
  CHECK(first.receive()->has_ack());
}

TEST_CASE("a certificate that cannot be used is refused in one line that names the file") {
  const temporary_directory folder;
  test_authority authority{folder.path()};
  const auto good = authority.issue("good");
  const auto other = authority.issue("other");
  const auto garbage = folder.path() / "garbage";
  std::ofstream(garbage) << "no PEM\n";
  const auto none = folder.path() / "none";
  const auto message_of = [](const std::filesystem::path& chain, const std::filesystem::path& key) {
    const auto loaded = net::server_certificate::load({chain, key});
    REQUIRE_FALSE(loaded);
    CHECK(loaded.failure().message.find('\n') == std::string::npos);
    return loaded.failure().message;
  };
  CHECK(message_of(none, good.key) ==
        "cannot use the certificate " + none.string() + ": No such file or directory");
  CHECK(message_of(good.chain, none) ==
        "cannot use the key " + none.string() + ": No such file or directory");
  CHECK(message_of(garbage, good.key)
            .starts_with("cannot use the certificate " + garbage.string() +
                         ": no certificate in PEM"));
  CHECK(message_of(good.chain, garbage)
            .starts_with("cannot use the key " + garbage.string() + ": no private key in PEM"));
  CHECK(message_of(good.chain, other.key) == "cannot use the key " + other.key.string() +
                                                 ": it does not belong to " + good.chain.string());
}

TEST_CASE("a certificate says whom it is for and until when, and whether that is now") {
  const temporary_directory folder;
  test_authority authority{folder.path()};
  const auto good = load(authority.issue("good"));
  CHECK(good->description().starts_with("localhost, 127.0.0.1, valid until 20"));
  CHECK(good->is_valid_now());
  test_authority::wish past;
  past.from = -48h;
  past.until = -24h;
  CHECK_FALSE(load(authority.issue("past", past))->is_valid_now());
}
