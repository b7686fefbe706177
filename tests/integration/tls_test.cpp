// The programs by TLS: what people type, what they are told, and a certificate that is renewed.
#include "tests/integration/wire_connection.hpp"
#include "tests/support/process_weftd.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test_authority.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

namespace weft::testing {

namespace {

namespace fs = std::filesystem;

/// A node of TLS, its authority, and homes of users.
struct tls_node {
  temporary_directory folder;
  std::string host = make_loopback_address();
  test_authority authority{folder.path()};
  test_authority::issued certificate = authority.issue("node", wish());
  weftd_process node{
      {{},
       {"--tls-cert", certificate.chain.string(), "--tls-key", certificate.key.string()},
       host}};

  test_authority::wish wish() const {
    test_authority::wish out;
    out.names = {host};
    return out;
  }
  std::string address() const { return "tls://" + node.clients(); }

  process begin(const std::string& who, std::vector<std::string> arguments) const {
    std::vector<std::string> command{WEFT_WEFT_PATH, "--home", (folder.path() / who).string()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return process({command,
                    {"WEFT_PASSWORD=correct horse battery", "WEFT_SERVER=", "WEFT_CA="},
                    folder.path() / (who + ".errors")});
  }
};

struct finished_weft {
  exit_state end;
  std::string output;
  std::string errors;
};

finished_weft finish(process run) {
  const auto end = run.wait(patience);
  if (!end)
    throw std::runtime_error("weft does not end: " + run.errors());
  finished_weft out{*end, {}, run.errors()};
  while (const auto line = run.read_line(patience))
    out.output += *line + "\n";
  return out;
}

/// Runs weft for this user, with nothing on stderr of earlier runs.
finished_weft weft_of(const tls_node& on, const std::string& who,
                      std::vector<std::string> arguments) {
  fs::remove(on.folder.path() / (who + ".errors"));
  return finish(on.begin(who, std::move(arguments)));
}

void check_done(const finished_weft& run) {
  CAPTURE(run.errors);
  CHECK(run.end == exit_state{});
}

/// One line on stderr with these words, and an exit that is no success.
void check_refused(const finished_weft& run, const std::string& words) {
  CAPTURE(run.errors);
  CHECK(run.end == exit_state{1, 0});
  CHECK(std::count(run.errors.begin(), run.errors.end(), '\n') == 1);
  CHECK(run.errors.find(words) != std::string::npos);
}

bool log_says(const weftd_process& node, const std::string& words) {
  return node.errors().find(words) != std::string::npos;
}

bool await_log(const weftd_process& node, const std::string& words) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!log_says(node, words)) {
    if (std::chrono::steady_clock::now() > until)
      return false;
    // sleep: another process writes the log.
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return true;
}

void replace(const fs::path& to, const fs::path& from) {
  fs::copy_file(from, to, fs::copy_options::overwrite_existing);
}

} // namespace

TEST_CASE("two register, write and listen by TLS, which nobody has to ask for again") {
  tls_node on;
  CHECK(log_says(on.node, "clients are served by TLS as " + on.host));
  for (const auto* name : {"ann", "bob"})
    check_done(weft_of(on, name,
                       {"register", name, "--server", on.address(), "--ca", on.authority.file()}));
  // The identity has kept how it was: no option from here on.
  check_done(weft_of(on, "ann", {"send", "bob", "by TLS"}));
  const auto heard = weft_of(on, "bob", {"listen", "--count", "1", "--timeout", "30"});
  check_done(heard);
  CHECK(heard.output.find("ann: by TLS") != std::string::npos);
  // An address without a prefix does not lead back into the clear.
  check_done(weft_of(on, "ann", {"send", "bob", "again", "--server", on.node.clients()}));
  CHECK(weft_of(on, "ann", {"whoami"}).output.find(on.address()) != std::string::npos);
  // Only who says tcp:// goes there, and finds nobody.
  check_refused(weft_of(on, "ann", {"send", "bob", "no", "--server", "tcp://" + on.node.clients()}),
                "it may want TLS");
  // Who signs out and in again does so at the same server, the same way.
  check_done(weft_of(on, "ann", {"logout"}));
  check_done(weft_of(on, "ann", {"login", "ann"}));
}

TEST_CASE("weft says why it does not trust a server, and what else may be wrong") {
  tls_node on;
  check_refused(weft_of(on, "ann", {"register", "ann", "--server", on.address()}),
                "signed by an unknown authority, 'Test Authority'");
  check_refused(weft_of(on, "ann", {"register", "ann", "--server", on.node.clients()}),
                "it may want TLS: try --tls");
  check_refused(weft_of(on, "ann",
                        {"register", "ann", "--server", on.address(), "--ca",
                         (on.folder.path() / "none").string()}),
                "cannot use the authorities of");
  check_refused(weft_of(on, "ann",
                        {"register", "ann", "--server", "tcp://" + on.node.clients(), "--ca",
                         on.authority.file()}),
                "contradict");
  weftd_process plain;
  check_refused(weft_of(on, "ann", {"register", "ann", "--tls", "--server", plain.clients()}),
                plain.clients() + " does not speak TLS");
}

TEST_CASE(
    "a certificate is renewed by SIGHUP while clients are connected, a bad one is not taken") {
  tls_node on;
  for (const auto* name : {"ann", "bob"})
    check_done(weft_of(on, name,
                       {"register", name, "--server", on.address(), "--ca", on.authority.file()}));
  auto listening = on.begin("bob", {"listen", "--count", "3", "--timeout", "60"});
  check_done(weft_of(on, "ann", {"send", "bob", "one"}));
  CHECK(listening.read_line(patience));

  // Signed by another authority, so that it is seen who is served with which.
  test_authority next{on.folder.path(), "Next Authority"};
  const auto renewed = next.issue("renewed", on.wish());
  replace(on.certificate.chain, renewed.chain);
  replace(on.certificate.key, renewed.key);
  on.node.ask_to_reload();
  REQUIRE(await_log(on.node, "the certificate was read again"));
  check_refused(weft_of(on, "ann", {"send", "bob", "no"}), "'Next Authority'");
  check_done(weft_of(on, "ann", {"send", "bob", "two", "--ca", next.file()}));
  CHECK(listening.read_line(patience));

  std::ofstream(on.certificate.chain) << "garbage\n";
  on.node.ask_to_reload();
  REQUIRE(await_log(on.node, "the certificate stays as it was: cannot use the certificate " +
                                 on.certificate.chain.string()));
  check_done(weft_of(on, "ann", {"send", "bob", "three", "--ca", next.file()}));
  const auto heard = finish(std::move(listening));
  check_done(heard);
  CHECK(heard.output.find("three") != std::string::npos);
  CHECK(heard.errors.find("reconnecting") == std::string::npos);
  CHECK(on.node.stop() == exit_state{});
}

TEST_CASE("a node without a certificate says that nothing is encrypted, and SIGHUP does no harm") {
  weftd_process node;
  CHECK(log_says(node, "info what clients send and get is not encrypted"));
  node.ask_to_reload();
  CHECK(await_log(node, "there is no certificate to read again"));
  CHECK(node.stop() == exit_state{});
  weftd_process open({{}, {}, "0.0.0.0"});
  CHECK(log_says(open, "warning what clients send and get is not encrypted"));
}

TEST_CASE("a certificate that cannot be served with keeps a node from starting") {
  const temporary_directory folder;
  test_authority authority{folder.path()};
  const auto issued = authority.issue("node");
  const auto run_with = [&](const std::vector<std::string>& flags) {
    std::vector<std::string> all{"--data",      (folder.path() / "data").string(),
                                 "--listen",    "127.0.0.1:0",
                                 "--http",      "127.0.0.1:0",
                                 "--log-level", "error"};
    all.insert(all.end(), flags.begin(), flags.end());
    return run_weftd(all);
  };
  const auto half = run_with({"--tls-cert", issued.chain.string()});
  CHECK(half.end == exit_state{2, 0});
  CHECK(half.errors.find("a certificate and its key go together") != std::string::npos);
  const auto none =
      run_with({"--tls-cert", (folder.path() / "none").string(), "--tls-key", issued.key.string()});
  CHECK(none.end == exit_state{1, 0});
  CHECK(none.errors == "weftd: cannot use the certificate " + (folder.path() / "none").string() +
                           ": No such file or directory\n");
  // Nothing was founded.
  CHECK_FALSE(fs::exists(folder.path() / "data"));
}

} // namespace weft::testing
