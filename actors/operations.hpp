// The operations that a thread remembers, to tell a repeat from something new.
#pragma once

#include "storage/ids.hpp"

#include <cstdint>
#include <cstring>
#include <deque>
#include <optional>
#include <unordered_map>

namespace weft::actors {

/// One operation of one device.
struct operation_key {
  device_id device;
  op_id op;
  bool operator==(const operation_key&) const = default;
};

struct operation_hash {
  std::size_t operator()(const operation_key& key) const noexcept {
    // The tails of both are random.
    std::uint64_t op = 0;
    std::uint64_t device = 0;
    std::memcpy(&op, key.op.bytes.data() + 8, sizeof op);
    std::memcpy(&device, key.device.bytes.data() + 8, sizeof device);
    return static_cast<std::size_t>(op ^ (device * 3));
  }
};

/// What an operation became.
struct operation_result {
  sequence seq;
  weft::ordinal ordinal;
  time_ms time;
  std::uint64_t payload_hash = 0;
};

/// What is known of an operation.
enum class operation_standing {
  /// Never done: its id is above every id the device used here, or the store knows nothing of it.
  fresh,
  /// Done or under way; `find` gives its result.
  known,
  /// The store must be asked: `learn` takes its answer.
  unknown,
};

/// Remembers the newest operation of each device that wrote lately, and the last operations
/// themselves. Ids of one device mostly rise, so that a send that is above the newest one needs no
/// look-up; anything else is looked up in the store. Both tables are bounded: what is forgotten is
/// committed, hence in the store.
class operations {
public:
  explicit operations(std::size_t remembered_max) : remembered_max_(remembered_max) {}

  /// Says that the thread has no past, so that the store need not be asked.
  void begin_empty() { empty_past_ = true; }

  operation_standing standing(const operation_key& key) const;
  /// The result of a known operation; null otherwise.
  const operation_result* find(const operation_key& key) const;

  /// The store's answer for an unknown operation: the newest one of the device, and itself if done.
  /// It holds until the next answer. Nothing may be added between the question and its answer.
  void learn(const operation_key& asked, const std::optional<op_id>& newest,
             const std::optional<operation_result>& done);
  /// A fresh operation has been decided while `pending` others waited for their commit. It is kept
  /// until `forget_committed` lets it go.
  void add(const operation_key& key, const operation_result& what, std::size_t pending);
  /// Drops the oldest operations above the bound; `pending` of the latest ones are never dropped.
  void forget_committed(std::size_t pending);

private:
  /// What the store said last. Kept apart from the results, so that looking up makes nothing grow.
  struct looked_up {
    operation_key key;
    std::optional<operation_result> done;
  };

  const std::size_t remembered_max_;
  bool empty_past_ = false;
  std::unordered_map<device_id, op_id> newest_;
  std::unordered_map<operation_key, operation_result, operation_hash> results_;
  std::deque<operation_key> order_;
  std::optional<looked_up> looked_up_;
};

} // namespace weft::actors
