// Whether a client got every event of its thread exactly once and in order.
#pragma once

#include <cstdint>
#include <vector>

namespace weft::bench {

/// What was found wrong.
struct faults {
  std::uint64_t lost = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t out_of_order = 0;

  std::uint64_t total() const { return lost + duplicated + out_of_order; }
  faults& operator+=(const faults& other) {
    lost += other.lost;
    duplicated += other.duplicated;
    out_of_order += other.out_of_order;
    return *this;
  }
};

/// One client's side of one thread. The numbers are dense: those of its own messages come with
/// their acknowledgements, the others are delivered. The two ways may overtake each other, so that
/// a hole is a fault only at the end; deliveries among themselves must ascend.
class order_check {
public:
  void acknowledged(std::uint64_t seq) { note(seq); }
  void delivered(std::uint64_t seq);
  /// By reading history, after the server said that it dropped pushes.
  void pulled(std::uint64_t seq);

  /// Everything up to here is held.
  std::uint64_t complete() const { return complete_; }
  /// The highest number met.
  std::uint64_t highest() const { return highest_; }

  /// What is wrong when the thread is known to end at `last`.
  faults result(std::uint64_t last) const;

private:
  /// How far beyond the first hole numbers are remembered: more than the windows of two clients
  /// and the queues between them hold.
  static constexpr std::uint64_t span = 1u << 16;

  bool has(std::uint64_t seq) const;
  /// Remembers the number; false when it was there already.
  bool note(std::uint64_t seq);

  std::uint64_t complete_ = 0;
  std::uint64_t highest_ = 0;
  std::uint64_t last_delivered_ = 0;
  /// Numbers above `complete_`, as a ring of bits; made when the first is out of turn.
  std::vector<bool> beyond_;
  faults found_;
};

} // namespace weft::bench
