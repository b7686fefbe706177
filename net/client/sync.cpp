#include "net/client/sync.hpp"

#include <algorithm>

namespace weft::net::client {

void sync::begin_at(const thread_id& thread, sequence seq) {
  threads_.insert_or_assign(thread, thread_view(seq));
}

void sync::clear() {
  threads_.clear();
  behind_.clear();
  asked_.clear();
  aside_.clear();
}

void sync::arrive(thread_view& view, sequence seq, const std::optional<message>& what) {
  if (view.arrive(seq) == thread_view::verdict::take && what)
    show_(*what);
}

void sync::note(const thread_id& thread, const thread_view& view) {
  if (view.is_behind()) {
    behind_.insert(thread);
    return;
  }
  behind_.erase(thread);
  aside_.erase(thread);
}

void sync::on_event(const thread_id& thread, const event_view& event) {
  auto& view = threads_[thread];
  arrive(view, sequence{event.seq}, message_of(thread, event));
  note(thread, view);
}

void sync::on_own(const message& sent) {
  auto& view = threads_[sent.thread];
  arrive(view, sent.seq, sent);
  note(sent.thread, view);
}

void sync::on_row(const weft::InboxThread& row) {
  const auto thread = thread_from_bytes(row.thread());
  if (!thread)
    return;
  auto& view = threads_[*thread];
  view.learn(sequence{row.last_seq()});
  note(*thread, view);
}

void sync::on_page(const weft::History& page) {
  const auto thread = thread_from_bytes(page.thread());
  if (!thread)
    return;
  auto& view = threads_[*thread];
  const auto before = view.applied();
  auto skipped = page.skipped().begin();
  for (const auto& event : page.events()) {
    for (; skipped != page.skipped().end() && skipped->from() < event.seq(); ++skipped)
      view.skip(sequence{skipped->from()}, sequence{skipped->to()});
    arrive(view, sequence{event.seq()}, message_of(*thread, event));
  }
  for (; skipped != page.skipped().end(); ++skipped)
    view.skip(sequence{skipped->from()}, sequence{skipped->to()});
  view.learn(sequence{page.last_seq()});
  // Asked for what was believed to be there, nothing came, and nothing was heard of since: what is
  // missing does not exist, and asking again would never end.
  const auto asked = asked_.find(*thread);
  if (asked != asked_.end()) {
    if (asked->second.after == before && view.applied() == before &&
        asked->second.known == view.known())
      view.forget_beyond();
    asked_.erase(asked);
  }
  note(*thread, view);
}

void sync::on_pull_failed(const thread_id& thread) {
  asked_.erase(thread);
}

void sync::on_pull_refused(const thread_id& thread) {
  asked_.erase(thread);
  aside_.insert_or_assign(thread, threads_[thread].known());
}

bool sync::may_ask(const thread_id& thread) const {
  const auto aside = aside_.find(thread);
  const bool is_aside = aside != aside_.end() && aside->second == threads_.at(thread).known();
  return !is_aside && !asked_.contains(thread);
}

std::optional<sync::pull> sync::next_pull() {
  const auto at = std::find_if(behind_.begin(), behind_.end(),
                               [this](const auto& thread) { return may_ask(thread); });
  if (at == behind_.end())
    return std::nullopt;
  const auto& view = threads_[*at];
  asked_.emplace(*at, asking{view.applied(), view.known()});
  return pull{*at, view.applied()};
}

sequence sync::applied(const thread_id& thread) const {
  const auto at = threads_.find(thread);
  return at == threads_.end() ? sequence{} : at->second.applied();
}

} // namespace weft::net::client
