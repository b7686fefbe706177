#include "bin/weft/chat_room.hpp"

#include "bin/options/utf8.hpp"
#include "bin/weft/message_output.hpp"
#include "bin/weft/presence_text.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>

namespace weft::bin {

using namespace net::client;

namespace {

/// Lines that may wait to be sent before the input is read on.
constexpr std::size_t typed_max = 64;

/// How long one line is tried, over all reconnects: a chat waits for its server.
constexpr std::chrono::hours send_within{24};

std::string prompt_for(const target& to) {
  return (to.name.empty() ? to_text(to.thread).substr(0, 9) : to.name) + "> ";
}

} // namespace

chat_room::chat_room(const context& shared, chat_opening opening, inbox_keeper& keeper,
                     steady_link::settings config)
    : shared_(shared), opening_(std::move(opening)), keeper_(keeper),
      signals_(io_, SIGINT, SIGTERM), terminal_(prompt_for(opening_.to)),
      follower_(
          io_, *this, std::move(config),
          [this] {
            return follower::account{opening_.who.token, opening_.who.history};
          },
          start()),
      input_(io_, [this](std::string piece) { take_input(std::move(piece)); }) {}

follower::start_point chat_room::start() const {
  auto out = keeper_.start();
  out.only = opening_.to.thread;
  out.shown[opening_.to.thread] = opening_.last_seq;
  return out;
}

command_result chat_room::run() {
  const auto& who = opening_.who;
  const auto& to = opening_.to;
  follower_.learn_name(who.user, who.name);
  if (to.thread.type == thread_id::kind::direct && !to.name.empty())
    follower_.learn_name(to.thread.peer_of(who.user), to.name);
  show_opening();
  signals_.async_wait([this](const auto& code, int) {
    if (!code)
      end({});
  });
  follower_.start();
  input_.read_on();
  while (!ended_)
    io_.run_one();
  return *ended_;
}

void chat_room::show_opening() {
  contiguous_ = keeper_.shown(opening_.to.thread) >= opening_.above;
  if (opening_.left_out > 0)
    say_left_out();
  for (const auto& [what, from] : opening_.last)
    show(what, from);
  for (auto seq = opening_.above; seq < opening_.last_seq; seq = seq.next())
    note_shown(seq.next());
  show_progress();
  terminal_.note("-- Ctrl-D ends --");
}

/// Marks as shown what is, and nothing that was left out in front of it.
void chat_room::note_shown(sequence seq) {
  last_shown_ = seq;
  if (contiguous_)
    keeper_.mark_shown(opening_.to.thread, seq);
  else
    keeper_.mark_known(opening_.to.thread, seq);
}

std::string chat_room::name() const {
  return printable(opening_.to.name.empty() ? to_text(opening_.to.thread) : opening_.to.name);
}

void chat_room::say(const std::string& what) {
  if (terminal_.is_interactive())
    terminal_.note("-- " + what + " --");
  else if (!shared_.json)
    std::fprintf(stderr, "weft: %s\n", what.c_str());
}

void chat_room::say_left_out() {
  const auto before = opening_.above.value + 1;
  if (shared_.json)
    std::fprintf(stderr, "%s\n",
                 to_line({{"left_out", opening_.left_out}, {"before", before}}).c_str());
  say(std::to_string(opening_.left_out) + " earlier messages that were not read are left out: " +
      "weft history " + name() + " --before " + std::to_string(before));
}

void chat_room::show(const message& what, const std::string& from) {
  const bool own = what.from == opening_.who.user;
  if (own)
    last_own_ = what.seq;
  const auto line = shared_.json ? to_line(to_json(what, from)) : to_line(what, from);
  terminal_.show(own && !shared_.json ? line + "  ✓" : line);
}

void chat_room::on_message(const message& what, const std::string& from) {
  show(what, from);
  note_shown(what.seq);
}

void chat_room::on_row(const thread_id& thread, const weft::InboxThread& row) {
  const bool is_new = row.unread() > 0 && row.last_event().from() != opening_.who.user.value &&
                      sequence{row.last_seq()} > keeper_.shown(thread);
  if (!is_new || row.peer_name().empty() || !elsewhere_.insert(thread).second)
    return;
  const auto from = printable(row.peer_name());
  terminal_.note("-- " + from + " writes to you as well: weft chat " + from + " --");
}

void chat_room::on_trouble(const error& why) {
  if (terminal_.is_interactive())
    terminal_.note("-- " + printable(why.message) + " --");
  else
    report("weft", why, shared_.form());
}

void chat_room::on_settled() {
  const auto& thread = opening_.to.thread;
  if (last_shown_ == settled_)
    return;
  settled_ = last_shown_;
  if (const auto written = flush_output(); !written)
    return end(written.failure());
  // Other threads were not shown here: the inbox stays where it was.
  if (const auto saved = keeper_.save(0); !saved)
    return end(saved.failure());
  // Both reports speak of everything up to a number: they wait for what was left out.
  if (opening_.left_out > 0)
    return;
  follower_.tell_delivered({{thread, last_shown_}});
  follower_.mark_read(thread, last_shown_);
}

void chat_room::on_receipt(const thread_id& thread, user_id user, sequence delivered,
                           sequence read) {
  if (thread != opening_.to.thread || user == opening_.who.user)
    return;
  opening_.peer.delivered = std::max(opening_.peer.delivered, delivered);
  opening_.peer.read = std::max(opening_.peer.read, read);
  show_progress();
}

void chat_room::show_progress() {
  const auto& peer = opening_.peer;
  if (!last_own_ || told_.read >= last_own_)
    return;
  if (peer.read >= last_own_)
    terminal_.note("   ✓✓ read by " + name());
  else if (peer.delivered >= last_own_ && told_.delivered < last_own_)
    terminal_.note("   ✓✓ delivered to " + name());
  told_ = peer;
}

void chat_room::on_presence(const weft::Presence& what) {
  const auto& to = opening_.to.thread;
  if (to.type == thread_id::kind::direct && to.peer_of(opening_.who.user).value == what.user_id())
    show_presence(what);
}

/// Heartbeats tell of contacts; of the others it is asked with each of them.
void chat_room::ask_presence() {
  const auto& to = opening_.to.thread;
  if (to.type != thread_id::kind::direct || !terminal_.is_interactive())
    return;
  const auto peer = to.peer_of(opening_.who.user);
  if (follower_.connection().presence_of(peer))
    return;
  follower_.ask_presence(peer, [this](const weft::Presence& what) { show_presence(what); });
}

/// Says it when it is otherwise than before; that time passes is nothing new.
void chat_room::show_presence(const weft::Presence& what) {
  const auto key = std::to_string(what.state()) + " " + std::to_string(what.last_seen_ms());
  if (std::exchange(presence_, key) == key)
    return;
  terminal_.note("-- " + name() + ": " + presence_text(what, follower_.connection().clock().now()) +
                 " --");
}

void chat_room::on_live(const weft::Ready& ready) {
  if (ready.history_id() != opening_.who.history) {
    auto kept = remember_history(shared_, opening_.who, ready.history_id());
    if (kept)
      kept = keeper_.belong_to(ready.history_id());
    if (!kept)
      return end(kept.failure());
    begin_afresh();
  }
  if (std::exchange(lost_, false))
    terminal_.note("-- connected again --");
  on_settled();
  met_ = true;
  ask_presence();
  send_next();
}

/// The history was restored: the follower shows it from its beginning.
void chat_room::begin_afresh() {
  contiguous_ = true;
  opening_.left_out = 0;
  last_own_ = last_shown_ = settled_ = {};
}

void chat_room::on_lost(const error& why, std::chrono::milliseconds) {
  if (why.code == errc::fenced || std::exchange(lost_, true))
    return;
  say(printable(why.message) + "; reconnecting");
}

void chat_room::take_input(std::string piece) {
  for (auto& typed : terminal_.feed(piece)) {
    if (typed.what == line_editor::input::kind::end)
      input_ended_ = true;
    else if (!typed.text.empty())
      typed_.push_back(std::move(typed.text));
  }
  send_next();
  if (!input_ended_ && typed_.size() < typed_max)
    input_.read_on();
}

void chat_room::send_next() {
  // Operation ids are made by the server's clock: not before it was heard.
  if (sending_ || !met_)
    return;
  if (typed_.empty()) {
    if (input_ended_)
      end({});
    return;
  }
  sending_ = true;
  const auto body = std::move(typed_.front());
  typed_.pop_front();
  follower_.send(opening_.to.thread, opening_.who.user, follower_.connection().clock().make_op_id(),
                 body, send_within, [this](const result<weft::Ack>& outcome) { on_sent(outcome); });
}

void chat_room::on_sent(const result<weft::Ack>& outcome) {
  sending_ = false;
  if (!outcome)
    return end(if_unknown(outcome.failure(),
                          "the last line may be stored: weft history " + name() + " tells"));
  const bool was_full = typed_.size() + 1 == typed_max;
  send_next();
  if (was_full && !input_ended_)
    input_.read_on();
}

void chat_room::end(command_result how) {
  if (!ended_)
    ended_ = std::move(how);
}

} // namespace weft::bin
