#include "net/client/follower.hpp"

#include <algorithm>

namespace weft::net::client {
namespace {

/// Readings of history on their way at once: enough to hide the round trip, few enough to leave
/// the connection to what is live.
constexpr unsigned pulls_max = 4;

/// Messages that may wait to be shown before more are asked for.
constexpr std::size_t arrived_max = 2'000;

/// Cursors in one Resume; the server takes no more. Other threads are found by the inbox.
constexpr int resume_cursors_max = 100;

/// Cursors in one Delivered.
constexpr std::size_t delivered_cursors_max = 100;

/// Threads whose delivery is told again after a reconnect.
constexpr std::size_t remembered_deliveries_max = 1'000;

/// How long a background request may wait for its answer before it is asked anew.
constexpr std::chrono::milliseconds ask_within{60'000};

/// Why an answer is not the wanted one.
error failure_of(const result<weft::ServerFrame>& answer) {
  if (!answer)
    return answer.failure();
  return {errc::corrupt, "the server answered with something else than was asked for"};
}

/// The same failure, with what it kept from being done in front.
error failed_to(const std::string& attempted, error why) {
  why.message = "failed to " + attempted + ": " +
                (why.message.empty() ? std::string{to_string(why.code)} : why.message);
  return why;
}

} // namespace

follower::follower(boost::asio::io_context& io, follower_listener& listener,
                   steady_link::settings config, std::function<account()> who,
                   const start_point& from)
    : listener_(listener), who_(std::move(who)), told_(from.shown),
      sync_([this](const message& what) { arrived_.push_back(what); }), only_(from.only),
      inbox_version_(from.inbox_version), settled_inbox_version_(from.inbox_version),
      random_(std::random_device{}()), pause_timer_(io),
      link_(io, *this, std::move(config), [this](auto& frame, const auto&) { sign_in(frame); }) {
  for (const auto& [thread, seq] : from.shown) {
    if (follows(thread))
      sync_.begin_at(thread, seq);
  }
  link_.set_inbox_version(inbox_version_);
}

void follower::sign_in(weft::ClientFrame& frame) {
  const auto who = who_();
  auto& resume = *frame.mutable_resume();
  resume.set_token(who.token);
  resume.set_history_id(who.history);
  history_ = who.history;
  for (const auto& [thread, view] : sync_.threads()) {
    if (resume.cursors_size() == resume_cursors_max)
      break;
    auto& cursor = *resume.add_cursors();
    cursor.set_thread(to_bytes(thread));
    cursor.set_seq(view.applied().value);
  }
}

void follower::start_afresh() {
  arrived_.clear();
  told_.clear();
  delivered_.clear();
  sync_.clear();
  inbox_version_ = 0;
  settled_inbox_version_ = 0;
}

void follower::on_live(const weft::Hello&, const weft::Ready* ready) {
  if (ready->history_id() != history_)
    start_afresh();
  listener_.on_live(*ready);
  if (ready->inbox_version() > inbox_version_)
    inbox_wanted_ = true;
  paused_ = false;
  sync_.retry_all();
  // What was delivered may have been told to a node that is gone.
  tell_delivered({delivered_.begin(), delivered_.end()});
  pump();
}

void follower::on_lost(const error& why, std::chrono::milliseconds pause) {
  listener_.on_lost(why, pause);
}

void follower::on_deliver(const deliver_view& deliver) {
  const auto thread = thread_from_bytes(deliver.thread());
  if (!thread)
    return;
  if (!follows(*thread)) {
    inbox_wanted_ |= !rows_told_.contains(*thread);
    return;
  }
  deliver.for_each_event(
      [this, &thread](const event_view& event) { sync_.on_event(*thread, event); });
}

void follower::on_receipt(const receipt_view& receipt) {
  if (const auto thread = thread_from_bytes(receipt.thread))
    listener_.on_receipt(*thread, user_id{receipt.user}, sequence{receipt.delivered_seq},
                         sequence{receipt.read_seq});
}

void follower::on_push(const weft::ServerFrame& frame) {
  if (frame.has_lagging())
    inbox_wanted_ = true;
}

void follower::on_inbox_version(std::uint64_t version) {
  if (version > inbox_version_)
    inbox_wanted_ = true;
  listener_.on_heartbeat();
}

bool follower::is_complete() const {
  return sync_.is_complete() && arrived_.empty() && !inbox_wanted_ && !inbox_asked_;
}

void follower::pump() {
  show_arrived();
  if (!link_.is_live() || paused_)
    return;
  if (inbox_wanted_ && !inbox_asked_)
    ask_inbox();
  while (pulls_ < pulls_max && arrived_.size() < arrived_max && !paused_) {
    const auto wanted = sync_.next_pull();
    if (!wanted)
      return;
    pull(*wanted);
  }
}

void follower::ask_inbox() {
  inbox_asked_ = true;
  inbox_wanted_ = false;
  weft::ClientFrame frame;
  frame.mutable_inbox()->set_since(inbox_version_);
  frame.mutable_inbox()->set_limit(link_.hello().inbox_page_max());
  link_.request(std::move(frame), ask_within, [this](result<weft::ServerFrame> answer) {
    inbox_asked_ = false;
    if (answer && answer->has_inbox())
      take_inbox(answer->inbox());
    else
      miss_inbox(failure_of(answer));
  });
}

void follower::miss_inbox(const error& why) {
  if (may_pass(why)) {
    inbox_wanted_ = true;
    return pause();
  }
  // The next heartbeat or push asks again.
  if (!std::exchange(inbox_trouble_told_, true))
    listener_.on_trouble(failed_to("read the list of conversations", why));
}

void follower::take_inbox(const weft::Inbox& page) {
  pause_.reset();
  for (const auto& row : page.threads()) {
    inbox_version_ = std::max(inbox_version_, row.version());
    const auto thread = thread_from_bytes(row.thread());
    if (!thread)
      continue;
    if (row.peer_id() != 0 && !row.peer_name().empty())
      learn_name(user_id{row.peer_id()}, row.peer_name());
    if (follows(*thread)) {
      sync_.on_row(row);
      continue;
    }
    rows_told_.insert(*thread);
    listener_.on_row(*thread, row);
  }
  if (page.complete() || page.threads().empty())
    inbox_version_ = std::max(inbox_version_, page.version());
  else
    inbox_wanted_ = true;
  link_.set_inbox_version(inbox_version_);
}

void follower::pull(const sync::pull& what) {
  ++pulls_;
  weft::ClientFrame frame;
  auto& wanted = *frame.mutable_history();
  wanted.set_thread(to_bytes(what.thread));
  wanted.set_after(what.after.value);
  wanted.set_limit(link_.hello().history_page_max());
  link_.request(std::move(frame), ask_within,
                [this, thread = what.thread](result<weft::ServerFrame> answer) {
                  --pulls_;
                  if (!answer || !answer->has_history())
                    return miss_page(thread, failure_of(answer));
                  pause_.reset();
                  for (const auto& member : answer->history().members())
                    learn_name(user_id{member.user_id()}, member.name());
                  sync_.on_page(answer->history());
                });
}

void follower::miss_page(const thread_id& thread, const error& why) {
  if (may_pass(why)) {
    sync_.on_pull_failed(thread);
    return pause();
  }
  sync_.on_pull_refused(thread);
  if (trouble_told_.insert(thread).second)
    listener_.on_trouble(failed_to("read " + to_text(thread), why));
}

void follower::pause() {
  paused_ = true;
  pause_timer_.expires_after(pause_.next(random_));
  pause_timer_.async_wait([this, alive = std::weak_ptr<char>(alive_)](const auto& code) {
    if (code || !alive.lock())
      return;
    paused_ = false;
    pump();
  });
}

void follower::show_arrived() {
  while (!arrived_.empty()) {
    const auto name = names_.find(arrived_.front().from);
    if (name == names_.end()) {
      ask_name(arrived_.front().from);
      break;
    }
    const auto what = std::move(arrived_.front());
    arrived_.pop_front();
    settled_ = false;
    listener_.on_message(what, name->second);
  }
  if (is_complete() && settled_inbox_version_ != inbox_version_) {
    settled_inbox_version_ = inbox_version_;
    settled_ = false;
  }
  if (std::exchange(settled_, true) == false)
    listener_.on_settled();
}

void follower::ask_name(user_id user) {
  if (paused_ || std::exchange(name_asked_, true))
    return;
  weft::ClientFrame frame;
  frame.mutable_find_user()->set_user_id(user.value);
  link_.request(std::move(frame), ask_within, [this, user](result<weft::ServerFrame> answer) {
    name_asked_ = false;
    if (answer && answer->has_user())
      learn_name(user, answer->user().name());
    else
      miss_name(user, failure_of(answer));
  });
}

void follower::miss_name(user_id user, const error& why) {
  if (may_pass(why))
    return pause();
  // A message is worth more than the name of who wrote it.
  learn_name(user, to_text(user));
}

follower::advanced follower::take_advanced() {
  // Of a thread whose messages still wait for a name, what lies in front of them was shown.
  std::map<thread_id, sequence> waiting;
  for (const auto& what : arrived_)
    waiting.emplace(what.thread, what.seq);
  advanced out;
  for (const auto& [thread, view] : sync_.threads()) {
    const auto first = waiting.find(thread);
    const auto shown = first == waiting.end() ? view.applied() : sequence{first->second.value - 1};
    auto& told = told_[thread];
    if (shown > told)
      out.emplace_back(thread, told = shown);
  }
  return out;
}

void follower::tell_delivered(const advanced& cursors) {
  for (const auto& [thread, seq] : cursors)
    delivered_[thread] = std::max(delivered_[thread], seq);
  while (delivered_.size() > remembered_deliveries_max)
    delivered_.erase(delivered_.begin());
  for (std::size_t from = 0; from < cursors.size(); from += delivered_cursors_max) {
    weft::ClientFrame frame;
    for (std::size_t i = from; i < std::min(from + delivered_cursors_max, cursors.size()); ++i) {
      auto& cursor = *frame.mutable_delivered()->add_cursors();
      cursor.set_thread(to_bytes(cursors[i].first));
      cursor.set_seq(cursors[i].second.value);
    }
    link_.tell(frame);
  }
}

void follower::mark_read(const thread_id& thread, sequence seq) {
  weft::ClientFrame frame;
  frame.mutable_mark_read()->set_thread(to_bytes(thread));
  frame.mutable_mark_read()->set_seq(seq.value);
  link_.request(std::move(frame), ask_within, [](result<weft::ServerFrame>) {});
}

void follower::ask_presence(user_id user, std::function<void(const weft::Presence&)> told) {
  weft::ClientFrame frame;
  frame.mutable_presence()->add_user_ids(user.value);
  link_.request(std::move(frame), ask_within,
                [told = std::move(told)](const result<weft::ServerFrame>& answer) {
                  if (answer && answer->presence().users_size() > 0)
                    told(answer->presence().users(0));
                });
}

void follower::send(const thread_id& thread, user_id me, const op_id& op, std::string body,
                    std::chrono::milliseconds within,
                    std::function<void(result<weft::Ack>)> finished) {
  weft::ClientFrame frame;
  auto& what = *frame.mutable_send();
  what.set_op_id(std::string{op.view()});
  what.set_thread(to_bytes(thread));
  what.set_body(body);
  link_.request(std::move(frame), within,
                [this, thread, me, op, body = std::move(body),
                 finished = std::move(finished)](result<weft::ServerFrame> answer) {
                  if (!answer)
                    return finished(answer.failure());
                  const auto& ack = answer->ack();
                  sync_.on_own({thread,
                                sequence{ack.seq()},
                                weft::ordinal{ack.ordinal()},
                                time_ms{ack.time_ms()},
                                me,
                                op,
                                {},
                                body});
                  show_arrived();
                  finished(ack);
                });
}

} // namespace weft::net::client
