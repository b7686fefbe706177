#include "net/client/shown_cursors.hpp"

#include "net/client/private_file.hpp"

#include <toml++/toml.h>

#include <charconv>
#include <sstream>

namespace weft::net::client {
namespace {

/// A lock is held for the time of one small write.
constexpr std::chrono::milliseconds lock_within{10'000};

std::uint64_t number_of(const toml::node_view<const toml::node>& node) {
  const auto text = node.value_or(std::string{});
  std::uint64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

sequence sequence_of(const toml::node_view<const toml::node>& node) {
  return sequence{static_cast<std::uint64_t>(node.value_or(std::int64_t{0}))};
}

shown_state::thread read_thread(const toml::table& table) {
  shown_state::thread out;
  out.shown = sequence_of(table["shown"]);
  if (const auto* known = table["known"].as_array()) {
    for (const auto& number : *known)
      out.known.insert(sequence_of(toml::node_view<const toml::node>{number}));
  }
  return out;
}

toml::table write_thread(const shown_state::thread& thread) {
  toml::table out{{"shown", static_cast<std::int64_t>(thread.shown.value)}};
  if (thread.known.empty())
    return out;
  toml::array known;
  for (const auto seq : thread.known)
    known.push_back(static_cast<std::int64_t>(seq.value));
  out.insert("known", std::move(known));
  return out;
}

std::string to_text(const shown_state& state) {
  toml::table threads;
  for (const auto& [id, thread] : state.threads)
    threads.insert(weft::to_text(id), write_thread(thread));
  const toml::table root{{"user_id", weft::to_text(state.user)},
                         {"history_id", std::to_string(state.history)},
                         {"inbox_version", std::to_string(state.inbox_version)},
                         {"threads", std::move(threads)}};
  std::ostringstream out;
  out << "# Written by weft: how far the threads were shown here.\n" << root << "\n";
  return out.str();
}

} // namespace

void shown_state::belong_to(user_id owner, std::uint64_t history_id) {
  if (user == owner && history == history_id)
    return;
  *this = {};
  user = owner;
  history = history_id;
}

void shown_state::mark_shown(const thread_id& which, sequence seq) {
  auto& [shown, known] = threads[which];
  shown = std::max(shown, seq);
  while (!known.empty() && *known.begin() <= shown.next()) {
    shown = std::max(shown, *known.begin());
    known.erase(known.begin());
  }
}

void shown_state::mark_known(const thread_id& which, sequence seq) {
  auto& [shown, known] = threads[which];
  if (seq > shown)
    known.insert(seq);
  if (known.size() > known_numbers_max)
    known.erase(known.begin());
  mark_shown(which, shown);
}

bool shown_state::is_known(const thread_id& which, sequence seq) const {
  const auto at = threads.find(which);
  return at != threads.end() && (seq <= at->second.shown || at->second.known.contains(seq));
}

result<shown_state> shown_cursors::load() const {
  const auto file = home_ / "cursors.toml";
  const auto content = read_file(file);
  if (!content)
    return content.failure();
  shown_state out;
  if (!*content)
    return out;
  const auto parsed = toml::parse(**content);
  if (!parsed)
    return error{errc::corrupt, file.string() + " cannot be understood; remove it to start afresh"};
  const toml::table& root = parsed.table();
  out.user = user_id{number_of(root["user_id"])};
  out.history = number_of(root["history_id"]);
  out.inbox_version = number_of(root["inbox_version"]);
  if (const auto* threads = root["threads"].as_table()) {
    for (const auto& [key, value] : *threads) {
      const auto id = parse_thread_text(key.str());
      if (id && value.is_table())
        out.threads.emplace(*id, read_thread(*value.as_table()));
    }
  }
  return out;
}

result<void> shown_cursors::update(const std::function<void(shown_state&)>& change) const {
  const auto lock = file_lock::take(home_ / "cursors.lock", lock_within);
  if (!lock)
    return lock.failure();
  auto state = load();
  if (!state)
    return state.failure();
  change(*state);
  return write_private_file(home_ / "cursors.toml", to_text(*state));
}

} // namespace weft::net::client
