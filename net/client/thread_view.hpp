// How far a client has come in one thread: the rule that makes what it shows exact and in order.
#pragma once

#include "storage/ids.hpp"

namespace weft::net::client {

/// The numbers of one thread. An event is taken when it is the next one, ignored when it was had
/// before, and asked for by history when something is missing in front of it. Pure.
class thread_view {
public:
  enum class verdict {
    /// It is the next one: show it.
    take,
    /// It was had before.
    ignore,
    /// Something in front of it is missing: it will come again, by history.
    gap,
  };

  thread_view() = default;
  explicit thread_view(sequence applied) : applied_(applied), known_(applied) {}

  /// An event with this number arrived; `take` advances.
  verdict arrive(sequence seq) {
    learn(seq);
    if (seq <= applied_)
      return verdict::ignore;
    if (seq != applied_.next())
      return verdict::gap;
    applied_ = seq;
    return verdict::take;
  }

  /// The numbers from..to will never be seen by this reader.
  void skip(sequence from, sequence to) {
    learn(to);
    if (from <= applied_.next() && to > applied_)
      applied_ = to;
  }

  /// The thread is known to reach up to `last`.
  void learn(sequence last) {
    if (last > known_)
      known_ = last;
  }

  /// What was believed to lie beyond `applied` does not exist.
  void forget_beyond() { known_ = applied_; }

  /// Everything up to here was taken.
  sequence applied() const { return applied_; }
  /// The thread reaches at least up to here.
  sequence known() const { return known_; }
  bool is_behind() const { return known_ > applied_; }

private:
  sequence applied_;
  sequence known_;
};

} // namespace weft::net::client
