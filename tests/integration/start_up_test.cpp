// Data directories that cannot be served: one clear line, and an exit that is no success.
#include "storage/format_file.hpp"
#include "tests/integration/ann_and_bob.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace weft::testing {

namespace {

namespace fs = std::filesystem;

finished_weftd run_on(const fs::path& data, const std::string& listen = "127.0.0.1:0") {
  return run_weftd({"--data", data.string(), "--listen", listen, "--http", "127.0.0.1:0",
                    "--log-level", "error"});
}

/// Ended with status 1, nothing on stdout, and on stderr one line with each of `words`.
void check_one_line(const finished_weftd& run, const std::vector<std::string>& words) {
  CAPTURE(run.errors);
  CHECK(run.end == exit_state{1, 0});
  CHECK(run.output.empty());
  CHECK(std::count(run.errors.begin(), run.errors.end(), '\n') == 1);
  CHECK(run.errors.ends_with("\n"));
  for (const auto& word : words) {
    CAPTURE(word);
    CHECK(run.errors.find(word) != std::string::npos);
  }
}

} // namespace

TEST_CASE("a data directory that does not exist is made, its parent too") {
  const temporary_directory directory;
  weftd_process node({directory.path() / "new" / "data", {}});
  CHECK(fs::exists(directory.path() / "new" / "data"));
  CHECK(node.stop() == exit_state{});
}

TEST_CASE("a data directory that another weftd has open is refused") {
  weftd_process node;
  check_one_line(run_on(node.data()), {node.data().string(), "another"});
  // The one that has it goes on, and leaves it free when it ends.
  device ann(node, "ann");
  CHECK(ann.register_account().user_id() != 0);
  node.kill();
  node.start();
  CHECK(ann.resume().user_id() == ann.user().value);
}

TEST_CASE("a store of a newer version is refused and not touched") {
  weftd_process node;
  const auto data = node.data();
  CHECK(node.stop() == exit_state{});
  const auto file = data / "FORMAT";
  const auto old = read_whole_file(file);
  auto format = storage::parse_format(old);
  REQUIRE(format);
  ++format->version;
  const auto newer = storage::to_text(*format);
  std::ofstream(file, std::ios::binary | std::ios::trunc) << newer;
  check_one_line(run_on(data), {data.string(), "newer"});
  CHECK(read_whole_file(file) == newer);
  std::ofstream(file, std::ios::binary | std::ios::trunc) << old;
  node.start();
}

TEST_CASE("a store that is damaged is refused") {
  weftd_process node;
  const auto data = node.data();
  CHECK(node.stop() == exit_state{});
  std::ofstream(data / "FORMAT", std::ios::binary | std::ios::trunc) << "\x01garbage";
  check_one_line(run_on(data), {data.string()});
}

TEST_CASE("a data directory that is a file, or below one, is refused") {
  const temporary_directory directory;
  const auto file = directory.path() / "file";
  std::ofstream(file) << "not a directory";
  check_one_line(run_on(file), {file.string()});
  check_one_line(run_on(file / "data"), {file.string()});
}

TEST_CASE("an address that cannot be listened on is refused") {
  const temporary_directory directory;
  weftd_process node;
  const auto taken = run_on(directory.path() / "taken", node.clients());
  check_one_line(taken, {node.clients()});
  check_one_line(run_on(directory.path() / "foreign", "192.0.2.1:0"), {"192.0.2.1"});
}

TEST_CASE("an address that clients could not use is not advertised to them") {
  for (const std::string address :
       {"nonsense", "chat.example.org", "chat.example.org:0", ":7400", "chat.example.org:74000",
        "chat example:7400", "::1:7400", "one.example.org,two.example.org:7400", "\xFF\xFE:7400"}) {
    const auto run = run_weftd({"--data", "x", "--advertise", address});
    CAPTURE(address);
    CAPTURE(run.errors);
    CHECK(run.end == exit_state{2, 0});
    CHECK(run.output.empty());
    CHECK(std::count(run.errors.begin(), run.errors.end(), '\n') == 1);
    CHECK(run.errors.find("--advertise") != std::string::npos);
  }
  for (const std::string address :
       {"chat.example.org:7400", "198.51.100.7:1", "[2001:db8::7]:65535"})
    weftd_process{{{}, {"--advertise", address}}};
}

TEST_CASE("wrong usage ends with status 2 and says where to read more") {
  for (const auto& flags : std::vector<std::vector<std::string>>{
           {}, {"--data", "x", "--no-such-flag"}, {"--data", "x", "--listen", "nonsense"}}) {
    const auto run = run_weftd(flags);
    CAPTURE(run.errors);
    CHECK(run.end == exit_state{2, 0});
    CHECK(run.output.empty());
    CHECK(run.errors.find("--help") != std::string::npos);
  }
  const auto help = run_weftd({"--help"});
  CHECK(help.end == exit_state{});
  CHECK(help.output.find("--data") != std::string::npos);
  const auto version = run_weftd({"--version"});
  CHECK(version.end == exit_state{});
  CHECK(version.output.starts_with("weftd "));
}

} // namespace weft::testing
