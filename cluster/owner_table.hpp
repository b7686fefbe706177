// Who waits for the outcome of appends, and for how many.
#pragma once

#include "cluster/flat_table.hpp"
#include "storage/error.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace weft::cluster {

/// Counts the outstanding appends of each owner, so that a round of commits becomes one message
/// for each. Owners are known by a number that is never reused, and are kept in slots that are:
/// from an owner's first outstanding append until the last has its outcome.
///
/// Outcomes keep the order of the appends. An owner of which one append was refused is `closing`,
/// one that lost appends that had been taken is `losing`: what it appended before still gets its
/// outcome, what comes after is ignored, then it hears `lost`. A `lost` owner stays known, and
/// ignored, until it is forgotten: it may have sent more before it heard.
class owner_table {
public:
  using slot = std::uint32_t;
  /// Stands for whoever wants to hear nothing.
  static constexpr slot nobody = ~slot{0};

  /// What to tell one owner.
  struct notice {
    slot where = nobody;
    std::uint64_t owner = 0;
    /// So many of its oldest appends are committed.
    std::uint64_t committed = 0;
    /// After that: the rest is lost, for this reason.
    std::unique_ptr<error> lost;
    /// The slot is free for another owner.
    bool released = false;
  };

  /// The slot of an owner, a new one if it has none.
  slot find_or_add(std::uint64_t owner);

  /// True while the owner's appends are taken.
  bool is_open(slot where) const { return slots_[where].state == standing::open; }

  /// True when the owner has lost appends, so that none that it made after those may be committed.
  bool is_losing(slot where) const { return slots_[where].state == standing::losing; }

  /// `count` more appends of the owner are outstanding.
  void add(slot where, std::uint64_t count) { slots_[where].outstanding += count; }

  /// The oldest `count` appends of the owner are committed. Told by the next `take_notices`.
  void commit(slot where, std::uint64_t count);

  /// An append of the owner was refused: it is told once what came before has its outcome.
  void refuse(slot where, const error& why);

  /// `count` of the owner's outstanding appends will not be committed. Those made before them may
  /// be. Of several reasons the owner hears the last.
  void lose(slot where, std::uint64_t count, const error& why);

  /// The owner is gone and sends nothing any more.
  void forget(std::uint64_t owner);

  /// What is to be told since the last call, in no particular order of owners.
  std::vector<notice> take_notices();

private:
  enum class standing : std::uint8_t { free, open, closing, losing, lost };

  struct record {
    std::uint64_t owner = 0;
    std::uint64_t outstanding = 0;
    /// Committed since the last `take_notices`.
    std::uint64_t committed = 0;
    owner_table::standing state = standing::free;
    bool has_news = false;
    std::unique_ptr<error> why;
  };

  struct place {
    std::uint64_t owner = 0;
    slot where = nobody;
  };
  struct by_owner {
    static const std::uint64_t& key(const place& at) { return at.owner; }
    static bool is_empty(const place& at) { return at.owner == 0; }
  };

  void note(slot where);
  void release(slot where);

  std::vector<record> slots_;
  std::vector<slot> free_;
  std::vector<slot> news_;
  flat_table<place, by_owner> places_;
};

} // namespace weft::cluster
