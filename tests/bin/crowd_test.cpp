// Runs with a crowd, against a server that does what it is told.
#include "bin/weft_bench/crowd_runs.hpp"
#include "bin/weft_bench/token_file.hpp"
#include "net/client/private_file.hpp"
#include "net/client/server_address.hpp"
#include "tests/net/client/fake_server.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

using namespace weft;
using namespace weft::bench;
using weft::net::client::parse_servers;
using weft::net::client::test::fake_server;
using weft::net::client::test::misbehaviour;

namespace {

crowd_settings few(const std::filesystem::path& tokens) {
  crowd_settings out;
  out.clients = 3;
  out.at_once = 2;
  out.seconds = std::chrono::duration<double>{0.1};
  out.settle = std::chrono::duration<double>{0.01};
  out.tokens = tokens;
  return out;
}

} // namespace

TEST_CASE("a crowd registers once, and comes by its tokens from then on") {
  fake_server server;
  weft::testing::temporary_directory directory;
  const auto tokens = directory.path() / "tokens";
  const crowd_place where{*parse_servers(server.address()), {::getpid()}};
  const auto first = run_idle(few(tokens), where);
  REQUIRE(first);
  CHECK(first->clients == 3);
  CHECK(first->lost == 0);
  CHECK(first->server_cpu_us_per_session_second);
  // Registering leaves memory behind that is none of the sessions'.
  CHECK_FALSE(first->server_bytes_per_session);
  const auto kept = read_tokens(tokens);
  REQUIRE(kept);
  CHECK(kept->size() == 3);

  // Whoever would register now is refused.
  server.script([](misbehaviour& wrong) {
    wrong.refuse[ClientFrame::kRegister] = 1000;
    wrong.refusal.set_code(NAME_TAKEN);
  });
  const auto second = run_idle(few(tokens), where);
  REQUIRE(second);
  CHECK(second->lost == 0);
  auto more = few(tokens);
  more.clients = 4;
  CHECK_FALSE(run_idle(more, where));
}

TEST_CASE("in a storm everybody resumes, and who is refused comes again") {
  fake_server server;
  weft::testing::temporary_directory directory;
  const auto what = few(directory.path() / "tokens");
  const crowd_place where{*parse_servers(server.address()), {}};
  REQUIRE(run_idle(what, where));
  server.script([](misbehaviour& wrong) {
    wrong.refuse[ClientFrame::kResume] = 2;
    wrong.refusal.set_code(OVERLOADED);
    wrong.refusal.set_retry_after_ms(1);
  });
  const auto run = run_storm(what, where);
  REQUIRE(run);
  CHECK(run->resumes >= 3);
  CHECK(run->resumes % 3 == 0);
  CHECK(run->lost == 0);
  CHECK(run->rate() > 0);
}

TEST_CASE("a file of tokens that holds something else is not overwritten") {
  weft::testing::temporary_directory directory;
  const auto tokens = directory.path() / "tokens";
  REQUIRE(net::client::write_private_file(tokens, "no JSON\n"));
  fake_server server;
  const auto run = run_idle(few(tokens), {*parse_servers(server.address()), {}});
  REQUIRE_FALSE(run);
  CHECK(run.failure().message.find("line 1") != std::string::npos);
  CHECK(net::client::read_file(tokens)->value() == "no JSON\n");
}
