#include "net/client/identity.hpp"
#include "net/client/private_file.hpp"
#include "net/client/sends_under_way.hpp"
#include "net/client/server_address.hpp"
#include "net/client/shown_cursors.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sys/stat.h>

using namespace weft;
using namespace weft::net::client;

namespace {

unsigned mode_of(const std::filesystem::path& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 0777;
}

const thread_id thread = thread_id::direct(user_id{1}, user_id{2});

} // namespace

TEST_CASE("an identity is read as it was written, and is its owner's alone") {
  const testing::temporary_directory base;
  const auto home = base.path() / "deep" / "home";
  const auto fresh = load_identity(home);
  REQUIRE(fresh);
  CHECK(fresh->device);
  CHECK_FALSE(fresh->has_account());

  auto who = *fresh;
  who.name = "ann";
  who.user = user_id{~0ULL};
  who.token = "a \"quoted\" token\\";
  who.history = 1ULL << 63;
  who.server = "tls://127.0.0.1:7400,[::1]:7401";
  who.ca = "/etc/weft/ca.pem";
  REQUIRE(save_identity(home, who));
  CHECK(mode_of(home) == 0700);
  CHECK(mode_of(home / "identity.toml") == 0600);

  const auto again = load_identity(home);
  REQUIRE(again);
  CHECK(again->device == who.device);
  CHECK(again->name == "ann");
  CHECK(again->user == who.user);
  CHECK(again->token == who.token);
  CHECK(again->history == who.history);
  CHECK(again->server == who.server);
  CHECK(again->ca == who.ca);
}

TEST_CASE("an identity without an account keeps its device, and where and how it was signed in") {
  const testing::temporary_directory home;
  identity who;
  who.device = device_id{make_uuid_v4()};
  who.server = "tls://127.0.0.1:7400";
  who.ca = "/etc/weft/ca.pem";
  REQUIRE(save_identity(home.path(), who));
  const auto again = load_identity(home.path());
  REQUIRE(again);
  CHECK(again->device == who.device);
  CHECK_FALSE(again->has_account());
  CHECK(again->server == who.server);
  CHECK(again->ca == who.ca);
}

TEST_CASE("a registration is kept with the identity until it is forgotten") {
  const testing::temporary_directory home;
  identity who;
  who.device = device_id{make_uuid_v4()};
  who.asked = {"ann", op_id{make_uuid_v7(time_ms{1})}};
  REQUIRE(save_identity(home.path(), who));
  auto again = load_identity(home.path());
  REQUIRE(again);
  CHECK(again->asked.name == "ann");
  CHECK(again->asked.op == who.asked.op);
  CHECK_FALSE(again->has_account());
  again->asked = {};
  REQUIRE(save_identity(home.path(), *again));
  CHECK(load_identity(home.path())->asked.name.empty());
}

TEST_CASE("an identity that was garbled is an error, not a new device") {
  const testing::temporary_directory home;
  std::ofstream(home.path() / "identity.toml") << "device = \"nonsense";
  const auto who = load_identity(home.path());
  REQUIRE_FALSE(who);
  CHECK(who.failure().code == errc::corrupt);
}

TEST_CASE("a file is replaced whole and leaves nothing beside it") {
  const testing::temporary_directory home;
  REQUIRE(write_private_file(home.path() / "file", "one"));
  REQUIRE(write_private_file(home.path() / "file", "two"));
  const auto content = read_file(home.path() / "file");
  REQUIRE(content);
  CHECK(**content == "two");
  CHECK(std::distance(std::filesystem::directory_iterator(home.path()), {}) == 1);
  const auto nothing = read_file(home.path() / "none");
  REQUIRE(nothing);
  CHECK_FALSE(*nothing);
}

TEST_CASE("a lock is held by one at a time") {
  const testing::temporary_directory home;
  const auto file = home.path() / "lock";
  {
    const auto first = file_lock::take(file, std::chrono::milliseconds{0});
    REQUIRE(first);
    const auto second = file_lock::take(file, std::chrono::milliseconds{0});
    REQUIRE_FALSE(second);
    CHECK(second.failure().code == errc::locked);
  }
  CHECK(file_lock::take(file, std::chrono::milliseconds{0}));
}

TEST_CASE("cursors survive in the file and are merged by the higher number") {
  const testing::temporary_directory home;
  const shown_cursors file(home.path());
  REQUIRE(file.update([](shown_state& state) {
    state.belong_to(user_id{1}, 7);
    state.mark_shown(thread, sequence{5});
    state.inbox_version = 12;
  }));
  REQUIRE(file.update([](shown_state& state) { state.mark_shown(thread, sequence{3}); }));
  const auto state = file.load();
  REQUIRE(state);
  CHECK(state->threads.at(thread).shown == sequence{5});
  CHECK(state->inbox_version == 12);
}

TEST_CASE("known numbers count as shown once nothing in front of them is missing") {
  shown_state state;
  state.mark_known(thread, sequence{1});
  CHECK(state.threads.at(thread).shown == sequence{1});
  state.mark_known(thread, sequence{4});
  CHECK(state.threads.at(thread).shown == sequence{1});
  CHECK(state.is_known(thread, sequence{4}));
  CHECK_FALSE(state.is_known(thread, sequence{3}));
  state.mark_shown(thread, sequence{3});
  CHECK(state.threads.at(thread).shown == sequence{4});
  CHECK(state.threads.at(thread).known.empty());
}

TEST_CASE("numbers known beyond the cursor are kept in the file") {
  const testing::temporary_directory home;
  const shown_cursors file(home.path());
  REQUIRE(file.update([](shown_state& state) { state.mark_known(thread, sequence{9}); }));
  const auto state = file.load();
  REQUIRE(state);
  CHECK(state->is_known(thread, sequence{9}));
}

TEST_CASE("a send under way is known to other programs of the installation until it ends") {
  const testing::temporary_directory home;
  const op_id op{make_uuid_v7(time_ms{1})};
  const op_id other{make_uuid_v7(time_ms{1})};
  const sends_under_way here(home.path());
  CHECK_FALSE(here.contains(op));
  REQUIRE(here.begin(op));
  CHECK(sends_under_way(home.path()).contains(op));
  CHECK_FALSE(here.contains(other));
  here.end(op);
  CHECK_FALSE(here.contains(op));
}

TEST_CASE("what a program that died was sending is forgotten after a day") {
  const testing::temporary_directory home;
  const op_id op{make_uuid_v7(time_ms{1})};
  const sends_under_way here(home.path());
  REQUIRE(here.begin(op));
  const auto file = home.path() / "sending" / to_uuid_text(op.bytes);
  std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() -
                                             std::chrono::hours{25});
  REQUIRE(here.begin(op_id{make_uuid_v7(time_ms{2})}));
  CHECK_FALSE(here.contains(op));
}

TEST_CASE("cursors of another account or a restored history are dropped") {
  shown_state state;
  state.belong_to(user_id{1}, 7);
  state.mark_shown(thread, sequence{5});
  state.belong_to(user_id{1}, 7);
  CHECK(state.threads.size() == 1);
  state.belong_to(user_id{1}, 8);
  CHECK(state.threads.empty());
}

TEST_CASE("server addresses are read in every form and refused when they are none") {
  const auto servers = parse_servers("localhost:1,10.0.0.1:7400,[::1]:65535");
  REQUIRE(servers);
  CHECK(*servers ==
        std::vector<server_address>{{"localhost", "1"}, {"10.0.0.1", "7400"}, {"::1", "65535"}});
  CHECK(to_text((*servers)[2]) == "[::1]:65535");
  for (const char* wrong : {"", ":7400", "host", "host:", "host:0", "host:65536", "host:7400x",
                            "a:1,,b:2", "[::1", "[::1]7400"})
    CHECK_FALSE(parse_servers(wrong));
}
