// The rows and keys that the log format benchmark writes, and what it measures them with.
#pragma once

#define XXH_INLINE_ALL
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/slice_transform.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <ctime>
#include <deque>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>
#include <xxhash.h>

namespace log_format {

using rocksdb::Slice;
using rocksdb::WriteBatch;
using steady = std::chrono::steady_clock;

enum class dedup_row { none, synced, state };
struct layout {
  const char* name;
  bool message_is_log;
  dedup_row dedup;
};
constexpr layout layouts[] = {
    {"a", false, dedup_row::state},  {"a3", false, dedup_row::none}, {"b", true, dedup_row::state},
    {"b2", true, dedup_row::synced}, {"b3", true, dedup_row::none},
};

struct settings {
  std::size_t messages = 1'000'000, batch = 256, threads = 100, body = 110, runs = 3;
  std::size_t recover = 200'000, trim_every = 65536;
  bool pipeline = false, ordered = false;
  std::string dir = "/tmp/log_format_bench", hints = "none", db_options;
  std::vector<std::string> cf_options, variants;
};

enum family { log_cf = 1, messages_cf, dedup_cf, threads_cf, shards_cf };
constexpr const char* families[] = {"default", "log", "messages", "dedup", "threads", "shards"};
constexpr std::size_t shards = 256, thread_key_size = 19, index_size = 36, event_header = 50;

inline void require(bool good, const std::string& otherwise) {
  if (good)
    return;
  std::fprintf(stderr, "log_format_bench: %s\n", otherwise.c_str());
  std::exit(1);
}
inline void check(const rocksdb::Status& status) {
  require(status.ok(), status.ToString());
}

// Bytes of a key or a small value, built in place: integers are big-endian, so that keys sort.
struct bytes {
  std::array<char, 80> data;
  std::size_t size = 0;
  bytes& add(const Slice& part) {
    std::memcpy(data.data() + size, part.data(), part.size());
    size += part.size();
    return *this;
  }
  bytes& be(std::size_t width, std::uint64_t value) {
    const auto swapped = __builtin_bswap64(value);
    return add({reinterpret_cast<const char*>(&swapped) + 8 - width, width});
  }
  operator Slice() const { return {data.data(), size}; }
};
inline std::uint64_t get_be64(const char* at) {
  std::uint64_t value;
  std::memcpy(&value, at, sizeof value);
  return __builtin_bswap64(value);
}

struct record {
  std::uint8_t shard;
  std::uint64_t index;
  bytes entry; // version(1) epoch(4) checksum(4) seq(8) thread key(19)
  Slice row;   // version(1) device(16) payload hash(8) event: op_id(16) and more, then the body
  Slice key() const { return {entry.data.data() + 17, thread_key_size}; }
  Slice seq() const { return {entry.data.data() + 9, 8}; }
  Slice device() const { return {row.data() + 1, 16}; }
  Slice hash() const { return {row.data() + 17, 8}; }
  Slice op_id() const { return {row.data() + 25, 16}; }
};
struct message_batch {
  std::vector<record> records;
  std::deque<std::string> rows;
};

inline bytes shard_key(std::size_t shard) {
  return bytes().be(1, shard).be(1, 0);
}
inline bytes log_key(std::size_t shard, std::uint64_t index) {
  return shard_key(shard).be(8, index);
}
inline bytes message_key(const record& r) {
  return bytes().add(r.key()).add(r.seq());
}
inline bytes dedup_key(const record& r) {
  return bytes().add(r.key()).add(r.device()).add(r.op_id());
}

inline std::uint64_t xxh3(const Slice& data) {
  return XXH3_64bits(data.data(), data.size());
}
inline double process_cpu_us() {
  return static_cast<double>(std::clock()) * 1e6 / CLOCKS_PER_SEC;
}
inline double us_since(steady::time_point start) {
  return std::chrono::duration<double, std::micro>(steady::now() - start).count();
}
inline double disk_bytes_written() {
  std::ifstream in("/proc/self/io");
  std::string name;
  for (double value = 0; in >> name >> value;)
    if (name == "write_bytes:")
      return value;
  return 0;
}

// cpu us, messages/s, p50 us, p99 us, disk bytes, log read us, open ms, reapply ms
using result = std::array<double, 8>;

} // namespace log_format
