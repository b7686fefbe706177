#include "cluster/replication/replica.hpp"

#include <algorithm>
#include <cassert>

namespace weft::cluster::replication {

effects replica::step(const event& what) {
  return std::visit([this](const auto& each) { return on(each); }, what);
}

effects replica::on(const recovered& what) {
  epoch_ = what.epoch;
  last_ = persisted_ = what.last;
  committed_ = what.committed;
  effects out;
  enter(role::following, out);
  return out;
}

effects replica::on(const elected& what) {
  effects out;
  // A repeated or outdated election changes nothing.
  if (what.epoch <= epoch_ || role_ == role::failed)
    return out;
  epoch_ = what.epoch;
  last_ = persisted_;
  opens_at_ = last_.next();
  followers_.clear();
  for (auto node : what.in_sync) {
    if (node != self_)
      followers_.push_back({node, log_index{}});
  }
  enter(role::opening, out);
  out.start = epoch_;
  start_asked_ = true;
  return out;
}

effects replica::on(const reopened&) {
  effects out;
  if (role_ == role::opening && !start_asked_) {
    out.start = epoch_;
    start_asked_ = true;
  }
  return out;
}

effects replica::on(const proposed& what) {
  effects out;
  const auto takes = what.kind == entry_kind::epoch_start ? role::opening : role::serving;
  if (role_ != takes) {
    out.refuse = role_ == role::failed ? errc::read_only : errc::unavailable;
    return out;
  }
  out.append = placement{last_.next(), epoch_};
  last_.value += what.count;
  return out;
}

effects replica::on(const persisted& what) {
  assert(what.upto <= last_);
  effects out;
  persisted_ = std::max(persisted_, what.upto);
  advance(out);
  return out;
}

effects replica::on(const persist_failed& what) {
  effects out;
  if (what.written == outcome::nothing_written) {
    last_ = persisted_;
    start_asked_ = false;
    out.cut = last_;
    return out;
  }
  // The entries may be on the disk: a restart finds out. Until then their places stay taken.
  enter(role::failed, out);
  return out;
}

effects replica::on(const acked& what) {
  effects out;
  if (!leads() || what.epoch != epoch_)
    return out;
  for (auto& each : followers_) {
    if (each.node == what.from)
      each.acked = std::max(each.acked, what.upto);
  }
  advance(out);
  return out;
}

effects replica::on(const deposed& what) {
  effects out;
  if (what.epoch <= epoch_ || !leads())
    return out;
  epoch_ = what.epoch;
  followers_.clear();
  enter(role::following, out);
  return out;
}

void replica::enter(role next, effects& out) {
  if (role_ == next)
    return;
  role_ = next;
  out.entered = next;
}

void replica::advance(effects& out) {
  if (!leads())
    return;
  auto everywhere = persisted_;
  for (const auto& each : followers_)
    everywhere = std::min(everywhere, each.acked);
  // An entry of an older epoch is committed by an entry of this one above it, never by itself.
  if (everywhere < opens_at_ || everywhere <= committed_)
    return;
  committed_ = everywhere;
  out.commit = committed_;
  if (role_ == role::opening)
    enter(role::serving, out);
}

} // namespace weft::cluster::replication
