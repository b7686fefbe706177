#include "tests/integration/kill_run.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <thread>

namespace weft::testing {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// A life of the node: from hardly connected to some thousand messages.
constexpr int life_ms_min = 20;
constexpr int life_ms_max = 400;
/// One kill in so many is followed by another one while the node starts.
constexpr int early_kill_every = 4;
constexpr int early_life_ms_max = 40;

/// After one restart in so many it is waited for until the inboxes have caught up. Not after all:
/// touches take a second, and kills before they are sent are the more interesting ones.
constexpr int touches_every = 4;
constexpr milliseconds touches_step{50};

constexpr milliseconds settle_within{120'000};
constexpr std::size_t faults_kept_max = 20;

} // namespace

kill_run::kill_run(const settings& what)
    : settings_(what), random_(what.seed),
      // Clients learn by heartbeats of what pushes did not tell: often, so that the end comes soon.
      node_({{}, {"--heartbeat-ms", "300"}}), servers_{
                                                  {node_.host(), std::to_string(node_.port())}} {
  if (settings_.clients < 2)
    throw std::runtime_error("it takes two to chat");
}

kill_run::outcome kill_run::run() {
  make_users();
  make_devices();
  for (const auto& device : devices_)
    device->start();
  // The first life begins when messages flow.
  const auto deadline = steady_clock::now() + settle_within;
  while (journal_.acknowledged() < devices_.size()) {
    if (io_.run_one_until(deadline) == 0)
      throw std::runtime_error("no message is acknowledged");
  }
  while (outcome_.kills < settings_.kills) {
    chat(milliseconds{std::uniform_int_distribution<int>(life_ms_min, life_ms_max)(random_)});
    kill_and_restart();
    const auto verdict = check_threads();
    if (!verdict.is_clean()) {
      outcome_.verdict = verdict;
      fault("found after kill " + std::to_string(outcome_.kills));
      return outcome_;
    }
    if (std::uniform_int_distribution<int>(1, touches_every)(random_) == 1)
      await_touches();
  }
  settle();
  outcome_.verdict = check_threads();
  check_views(outcome_.verdict);
  for (const auto& user : users_)
    check_inboxes(*user);
  for (const auto& device : devices_) {
    for (const auto& each : device->faults())
      fault(each);
    device->stop();
  }
  io_.poll();
  if (node_.stop() != exit_state{})
    fault("weftd did not end with status 0");
  return outcome_;
}

void kill_run::make_users() {
  for (std::size_t i = 0; i < settings_.clients; ++i)
    users_.push_back(std::make_unique<chat_auditor>(servers_, "user" + std::to_string(i)));
}

void kill_run::make_devices() {
  const auto count = users_.size();
  for (std::size_t i = 0; i < count; ++i) {
    const auto& user = *users_[i];
    const auto partner = std::min(i ^ 1, count - 1);
    const auto neighbour = (i + 2) % count;
    const auto ring = (i + count - 2) % count;
    std::vector<thread_id> threads;
    for (const auto other : {partner, neighbour, ring}) {
      const auto thread = thread_id::direct(user.user(), users_[other]->user());
      if (other != i && std::find(threads.begin(), threads.end(), thread) == threads.end())
        threads.push_back(thread);
    }
    for (std::size_t installed = 0; installed < 1 + i % 2; ++installed) {
      const auto ticket = user.add_device();
      devices_.push_back(std::make_unique<chatting_device>(
          io_, journal_,
          chatting_device::settings{servers_, devices_.size(), user.user(), ticket.token,
                                    ticket.history_id, threads, 8, random_()}));
    }
  }
}

void kill_run::chat(milliseconds time) {
  io_.run_until(steady_clock::now() + time);
}

void kill_run::kill_and_restart() {
  node_.kill();
  ++outcome_.kills;
  outcome_.in_flight += in_flight();
  const auto early = std::uniform_int_distribution<int>(1, early_kill_every)(random_) == 1;
  if (early && outcome_.kills < settings_.kills) {
    node_.launch();
    chat(milliseconds{std::uniform_int_distribution<int>(0, early_life_ms_max)(random_)});
    node_.kill();
    ++outcome_.kills;
  }
  if (settings_.sabotage == sabotage::roll_back)
    roll_back();
  node_.start();
}

void kill_run::roll_back() const {
  const auto old = node_.data().string() + ".old";
  if (!std::filesystem::exists(old))
    return std::filesystem::copy(node_.data(), old, std::filesystem::copy_options::recursive);
  if (outcome_.kills < settings_.kills)
    return;
  std::filesystem::remove_all(node_.data());
  std::filesystem::rename(old, node_.data());
}

void kill_run::settle() {
  for (const auto& device : devices_)
    device->hush();
  const auto is_settled = [this](const auto& device) {
    if (!device->is_settled())
      return false;
    const auto knows_all = [&](const auto& thread) {
      const auto& [id, messages] = thread;
      const auto at = device->shown().find(id);
      return !id.names_user(device->user()) || messages.empty() ||
             (at != device->shown().end() && at->second.size() >= messages.size());
    };
    return std::all_of(journal_.threads().begin(), journal_.threads().end(), knows_all);
  };
  const auto deadline = steady_clock::now() + settle_within;
  while (!std::all_of(devices_.begin(), devices_.end(), is_settled)) {
    if (io_.run_one_until(deadline) == 0)
      return fault("not every message reached every device in time");
  }
}

// -- checking -----------------------------------------------------------------------------------

const chat_auditor& kill_run::reader_of(const thread_id& thread) const {
  const auto at = std::find_if(users_.begin(), users_.end(),
                               [&](const auto& user) { return thread.names_user(user->user()); });
  return **at;
}

history_verdict kill_run::check_threads() {
  history_verdict out;
  for (const auto& [thread, sent] : journal_.threads())
    out.add(check_history(sent, reader_of(thread).history(thread)));
  return out;
}

void kill_run::check_views(history_verdict& verdict) {
  for (const auto& device : devices_) {
    for (const auto& [thread, shown] : device->shown()) {
      auto view = check_history(journal_.threads().at(thread), shown);
      // Counted once, as what the thread holds.
      view.acknowledged = view.found = 0;
      verdict.add(view);
    }
  }
}

void kill_run::await_touches() {
  std::map<thread_id, sequence> wanted;
  for (const auto& [thread, sent] : journal_.threads())
    wanted.emplace(thread, journal_.last_acknowledged(thread));
  const auto shows_all = [&](const auto& user) {
    const auto inbox = user->inbox();
    return std::all_of(wanted.begin(), wanted.end(), [&](const auto& thread) {
      const auto row = inbox.find(thread.first);
      return !thread.second || !thread.first.names_user(user->user()) ||
             (row != inbox.end() && row->second.last_seq() >= thread.second.value);
    });
  };
  const auto deadline = steady_clock::now() + settle_within;
  for (const auto& user : users_) {
    while (!shows_all(user)) {
      if (steady_clock::now() > deadline)
        return fault("an inbox does not show what was acknowledged before a kill");
      chat(touches_step);
    }
  }
}

void kill_run::check_inboxes(const chat_auditor& user) {
  const auto deadline = steady_clock::now() + settle_within;
  for (;;) {
    const auto inbox = user.inbox();
    std::string wrong;
    for (const auto& [thread, sent] : journal_.threads()) {
      if (!thread.names_user(user.user()))
        continue;
      const auto row = inbox.find(thread);
      wrong = row == inbox.end() ? "no row" : wrong_in_row(row->second, thread, user);
      if (!wrong.empty())
        break;
    }
    if (wrong.empty())
      return;
    if (steady_clock::now() > deadline)
      return fault("the inbox of user " + to_text(user.user()) + ": " + wrong);
    // sleep: touches are coalesced; asking is how one learns that they have come.
    std::this_thread::sleep_for(milliseconds{50});
  }
}

std::string kill_run::wrong_in_row(const weft::InboxThread& row, const thread_id& thread,
                                   const chat_auditor& user) const {
  const auto messages = journal_.threads().at(thread).size();
  // Whoever writes has read what was before.
  sequence read;
  for (const auto& [op, sent] : journal_.threads().at(thread))
    if (sent.from == user.user())
      read = std::max(read, sent.acknowledged);
  auto asked = read;
  for (const auto& device : devices_) {
    if (device->user() != user.user())
      continue;
    if (const auto at = device->marks_acknowledged().find(thread);
        at != device->marks_acknowledged().end())
      read = std::max(read, at->second);
    if (const auto at = device->marks_asked().find(thread); at != device->marks_asked().end())
      asked = std::max(asked, at->second);
  }
  if (row.last_seq() != messages || row.last_ordinal() != messages)
    return "the last message is number " + std::to_string(row.last_seq()) + " of " +
           std::to_string(messages);
  if (row.last_event().seq() != messages)
    return "the last message is not shown";
  if (row.read_seq() < read.value || row.read_seq() > asked.value)
    return "read up to " + std::to_string(row.read_seq()) + ", acknowledged was " +
           std::to_string(read.value);
  if (row.unread() != row.last_ordinal() - row.read_ordinal() ||
      row.read_ordinal() != row.read_seq())
    return "unread " + std::to_string(row.unread()) + " is no difference of ordinals";
  return {};
}

std::size_t kill_run::in_flight() const {
  std::size_t out = 0;
  for (const auto& device : devices_)
    out += device->in_flight();
  return out;
}

void kill_run::fault(std::string what) {
  if (outcome_.faults.size() < faults_kept_max)
    outcome_.faults.push_back(std::move(what));
}

} // namespace weft::testing
