// A compact hash table for the node's large directories: sessions, registry, activated actors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace weft::cluster {

/// Spreads a key over all 64 bits (the finaliser of MurmurHash3), so that both ends of the hash may
/// be used: the upper bits choose a lock, the lower ones a place.
template <class Key>
std::uint64_t spread(const Key& key) {
  std::uint64_t x = std::hash<Key>{}(key);
  x = (x ^ (x >> 33)) * 0xFF51AFD7ED558CCDULL;
  x = (x ^ (x >> 33)) * 0xC4CEB9FE1A85EC53ULL;
  return x ^ (x >> 33);
}

/// Open addressing with linear probing; several entries may share a key. Deletion shifts the run
/// back (Knuth, volume 3, 6.4, algorithm R), so that there are no tombstones and the table does not
/// wear out. At most 7/8 full. Entries move: keep no pointer beyond the next change.
///
/// `Traits` says how entries are read: `static const Key& key(const Entry&)` and
/// `static bool is_empty(const Entry&)`, true for `Entry{}`. Not safe for use by several threads.
template <class Entry, class Traits>
class flat_table {
public:
  // -- inspectors -------------------------------------------------------------------------------

  std::size_t size() const { return size_; }

  /// The first entry of a key; null when there is none.
  template <class Key>
  Entry* find(const Key& key) {
    return find_if(key, [](const Entry&) { return true; });
  }

  /// The first entry of a key for which `wanted` holds; null when there is none.
  template <class Key, class Wanted>
  Entry* find_if(const Key& key, Wanted wanted) {
    if (entries_.empty())
      return nullptr;
    for (auto i = home(key); !Traits::is_empty(entries_[i]); i = next(i)) {
      if (Traits::key(entries_[i]) == key && wanted(entries_[i]))
        return &entries_[i];
    }
    return nullptr;
  }

  /// Calls `visit` for every entry of a key.
  template <class Key, class Visit>
  void for_each_of(const Key& key, Visit visit) {
    find_if(key, [&visit](Entry& entry) {
      visit(entry);
      return false;
    });
  }

  /// Calls `visit` for every entry. `visit` may not change the table.
  template <class Visit>
  void for_each(Visit visit) {
    for (auto& entry : entries_) {
      if (!Traits::is_empty(entry))
        visit(entry);
    }
  }

  // -- modifiers --------------------------------------------------------------------------------

  /// Adds an entry, whether or not its key has others.
  Entry& insert(Entry entry) {
    if ((size_ + 1) * 8 > entries_.size() * 7)
      grow();
    auto i = home(Traits::key(entry));
    while (!Traits::is_empty(entries_[i]))
      i = next(i);
    ++size_;
    entries_[i] = std::move(entry);
    return entries_[i];
  }

  /// Takes out an entry that `find` gave.
  void erase(Entry* entry) {
    auto hole = static_cast<std::size_t>(entry - entries_.data());
    for (auto i = next(hole); !Traits::is_empty(entries_[i]); i = next(i)) {
      // An entry may fill the hole unless its home lies after the hole, up to where it stands.
      const auto from_home = (i - home(Traits::key(entries_[i]))) & mask();
      if (from_home >= ((i - hole) & mask())) {
        entries_[hole] = std::move(entries_[i]);
        hole = i;
      }
    }
    entries_[hole] = Entry{};
    --size_;
  }

  /// Takes out every entry for which `unwanted` holds; gives their number.
  template <class Unwanted>
  std::size_t erase_all_if(Unwanted unwanted) {
    std::vector<Entry> old;
    old.swap(entries_);
    const auto before = std::exchange(size_, 0);
    for (auto& entry : old) {
      if (!Traits::is_empty(entry) && !unwanted(entry))
        insert(std::move(entry));
    }
    return before - size_;
  }

private:
  std::size_t mask() const { return entries_.size() - 1; }
  std::size_t next(std::size_t i) const { return (i + 1) & mask(); }
  template <class Key>
  std::size_t home(const Key& key) const {
    return static_cast<std::size_t>(spread(key)) & mask();
  }

  void grow() {
    std::vector<Entry> old(entries_.empty() ? 8 : entries_.size() * 2);
    old.swap(entries_);
    size_ = 0;
    for (auto& entry : old) {
      if (!Traits::is_empty(entry))
        insert(std::move(entry));
    }
  }

  std::vector<Entry> entries_;
  std::size_t size_ = 0;
};

} // namespace weft::cluster
