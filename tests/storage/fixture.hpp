// A store in a directory of its own, for tests that need an open one.
#pragma once

#include "storage/apply.hpp"
#include "storage/shard_log.hpp"
#include "storage/store.hpp"
#include "storage/writer.hpp"
#include "tests/storage/load.hpp"
#include "tests/support/power_loss_file_system.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace weft::testing {

/// The text of a failed result, for the message of a failed check.
template <class T>
std::string why(const result<T>& what) {
  return what ? std::string{} : to_string(what.failure());
}

/// Copies a store that is open. Files that are being removed meanwhile are not needed any more.
inline void copy_in_use(const std::filesystem::path& from, const std::filesystem::path& to) {
  namespace fs = std::filesystem;
  fs::create_directories(to);
  for (const auto& entry : fs::directory_iterator(from)) {
    std::error_code gone;
    if (entry.is_directory())
      copy_in_use(entry.path(), to / entry.path().filename());
    else
      fs::copy_file(entry.path(), to / entry.path().filename(), gone);
    REQUIRE((!gone || gone == std::errc::no_such_file_or_directory));
  }
}

/// Where a store lies and the file system that it is opened through.
struct store_place {
  temporary_directory directory;
  std::filesystem::path path = directory.path() / "store";
  std::shared_ptr<power_loss_file_system> files = std::make_shared<power_loss_file_system>(path);

  storage::store_options options() const { return {.directory = path, .file_system = files}; }
};

/// An open store with what writes to it. `reopen` closes and opens it again.
struct open_store {
  store_place place;
  std::unique_ptr<storage::store> where;
  std::unique_ptr<storage::writer> writer;
  std::unique_ptr<storage::applier> applier;
  std::unique_ptr<storage::shard_log> log;

  open_store() { open(); }
  ~open_store() { close(); }

  void open() {
    auto opened = storage::store::open(place.options());
    REQUIRE_MESSAGE(opened, why(opened));
    where = *std::move(opened);
    writer = std::make_unique<storage::writer>(*where);
    applier = std::make_unique<storage::applier>(*where);
    log = std::make_unique<storage::shard_log>(*where);
  }
  void close() {
    writer.reset();
    applier.reset();
    log.reset();
    where.reset();
  }
  void reopen() {
    close();
    open();
  }

  result<void> append_and_apply(const entries& what) {
    return testing::append_and_apply(*writer, *applier, what);
  }
  storage::shard_position position(shard_id shard) const {
    const auto all = log->positions();
    REQUIRE_MESSAGE(all, why(all));
    return (*all)[shard.value];
  }
};

} // namespace weft::testing
