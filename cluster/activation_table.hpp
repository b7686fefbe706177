// The actors of one kind that are active on this node, found by what they stand for.
#pragma once

#include "actors/activation.hpp"
#include "cluster/flat_table.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace weft::cluster {

/// What became of a message.
enum class sent {
  yes,
  /// As many actors are active as may be.
  too_many,
  /// The table activates nothing any more: the node stops.
  closed,
};

/// Key -> actor. The first message for a key activates its actor. A message is sent while the lock
/// of its key is held, so that messages of one caller keep their order across passivation, and so
/// that an actor leaves only when nothing is under way to it. An actor that ends in any other way
/// leaves too: what it holds of the table is its own, and goes with it. Safe for use by several
/// threads; the locks are many, so that they are seldom waited for.
///
/// Outlives the actors.
template <class Key, class Handle>
class activation_table {
public:
  /// Starts the actor of a key. Called with the key's lock held: it may not use the table.
  using activator = std::function<Handle(const Key&, std::shared_ptr<actors::activation>)>;

  activation_table(std::size_t active_max, activator activate)
      : active_max_(active_max), activate_(std::move(activate)) {}

  template <class Message>
  sent send(const Key& key, Message&& message) {
    auto& in = bucket_of(key);
    std::lock_guard lock(in.mutex);
    auto* found = in.places.find(key);
    if (found == nullptr) {
      if (closed_.load(std::memory_order_acquire))
        return sent::closed;
      if (active_.fetch_add(1, std::memory_order_relaxed) >= active_max_) {
        active_.fetch_sub(1, std::memory_order_relaxed);
        return sent::too_many;
      }
      auto created = std::make_shared<lease>(*this, key);
      const auto* holder = created.get();
      found = &in.places.insert({key, activate_(key, std::move(created)), holder, 0});
    }
    ++found->sent;
    caf::anon_send(found->handle, std::forward<Message>(message));
    return sent::yes;
  }

  /// Actors in the table.
  std::size_t active() const { return active_.load(std::memory_order_relaxed); }
  /// Actors whose state still exists, those included that have left the table.
  std::size_t alive() const { return alive_.load(std::memory_order_acquire); }

  /// Activates nothing from now on, takes every actor out and ends it.
  void close() {
    closed_.store(true, std::memory_order_release);
    for (auto& in : buckets_) {
      decltype(in.places) taken;
      {
        std::lock_guard lock(in.mutex);
        std::swap(taken, in.places);
      }
      active_.fetch_sub(taken.size(), std::memory_order_relaxed);
      taken.for_each([](const place& each) {
        caf::anon_send_exit(each.handle, caf::exit_reason::user_shutdown);
      });
    }
  }

private:
  /// What an actor holds of the table: nobody else does, so that it ends with the actor.
  struct lease final : actors::activation {
    lease(activation_table& owner, const Key& what) : table(owner), key(what) {
      table.alive_.fetch_add(1, std::memory_order_relaxed);
    }
    ~lease() override {
      abandon();
      table.alive_.fetch_sub(1, std::memory_order_release);
    }

    bool retire(std::uint64_t seen) override {
      return table.take_out(*this, [seen](const place& at) { return at.sent == seen; });
    }
    void abandon() override {
      table.take_out(*this, [](const place&) { return true; });
    }

    activation_table& table;
    Key key;
  };

  struct place {
    Key key;
    Handle handle;
    const lease* holder = nullptr;
    /// Messages ever sent to the actor.
    std::uint64_t sent = 0;
  };
  struct by_key {
    static const Key& key(const place& of) { return of.key; }
    static bool is_empty(const place& of) { return of.holder == nullptr; }
  };
  struct alignas(64) bucket {
    std::mutex mutex;
    flat_table<place, by_key> places;
  };

  bucket& bucket_of(const Key& key) { return buckets_[spread(key) >> (64 - bucket_bits)]; }

  /// Takes the holder's actor out when `may` holds; true when it is out afterwards.
  template <class May>
  bool take_out(const lease& holder, May may) {
    // Released after the lock: the last reference may end an actor that holds a lease.
    Handle released;
    auto& in = bucket_of(holder.key);
    std::lock_guard lock(in.mutex);
    auto* found = in.places.find(holder.key);
    if (found == nullptr || found->holder != &holder)
      return true;
    if (!may(*found))
      return false;
    released = std::move(found->handle);
    in.places.erase(found);
    active_.fetch_sub(1, std::memory_order_relaxed);
    return true;
  }

  static constexpr unsigned bucket_bits = 8;

  std::size_t active_max_;
  activator activate_;
  std::atomic<bool> closed_{false};
  std::atomic<std::size_t> active_{0};
  std::atomic<std::size_t> alive_{0};
  std::array<bucket, std::size_t{1} << bucket_bits> buckets_;
};

} // namespace weft::cluster
