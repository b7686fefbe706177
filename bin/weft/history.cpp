// weft history TO
#include "bin/weft/context.hpp"
#include "bin/weft/message_output.hpp"
#include "bin/weft/names.hpp"
#include "bin/weft/session.hpp"

#include <algorithm>
#include <cstdio>
#include <deque>

namespace weft::bin {
namespace {

using net::client::message;

struct history_options {
  std::string to;
  std::optional<std::uint64_t> before;
  std::optional<std::uint64_t> after;
  std::size_t limit = 50;
};

/// Reads as many pages as the limit takes: upwards from `after`, else downwards from `before` or
/// the end.
class history_reader {
public:
  history_reader(session& from, name_book& names, const history_options& options,
                 const thread_id& thread)
      : session_(from), names_(names), options_(options), thread_(thread) {}

  result<std::deque<message>> read() {
    weft::HistoryRequest next;
    next.set_thread(to_bytes(thread_));
    if (options_.after)
      next.set_after(*options_.after);
    if (options_.before)
      next.set_before(*options_.before);
    while (found_.size() < options_.limit) {
      const auto page_max =
          std::max<std::size_t>(session_.connection->hello().history_page_max(), 1);
      next.set_limit(
          static_cast<std::uint32_t>(std::min(options_.limit - found_.size(), page_max)));
      const auto page = session_.connection->history(next);
      if (!page)
        return page.failure();
      if (!take(*page, next))
        break;
    }
    return std::move(found_);
  }

private:
  /// False when no further page follows.
  bool take(const weft::History& page, weft::HistoryRequest& next) {
    for (const auto& member : page.members())
      names_.learn(user_id{member.user_id()}, member.name());
    const bool upwards = options_.after.has_value();
    auto at = upwards ? found_.end() : found_.begin();
    for (const auto& event : page.events()) {
      if (auto what = net::client::message_of(thread_, event))
        at = std::next(found_.insert(at, *std::move(what)));
    }
    if (page.covers_to() == 0)
      return false;
    if (upwards) {
      next.set_after(page.covers_to());
      const auto end = options_.before.value_or(page.last_seq() + 1);
      return page.covers_to() + 1 < end;
    }
    next.set_before(page.covers_from());
    return page.covers_from() > 1;
  }

  session& session_;
  name_book& names_;
  const history_options& options_;
  thread_id thread_;
  std::deque<message> found_;
};

command_result history(const context& shared, const history_options& options) {
  auto session = open_session(shared);
  if (!session)
    return session.failure();
  const auto to = resolve(*session, options.to);
  if (!to)
    return to.failure();
  name_book names(*session);
  const auto found = history_reader(*session, names, options, to->thread).read();
  if (!found)
    return found.failure();
  for (const auto& what : *found) {
    const auto& from = names.name_of(what.from);
    std::puts((shared.json ? to_line(to_json(what, from)) : to_line(what, from)).c_str());
  }
  return {};
}

} // namespace

void add_history(CLI::App& app, context& shared) {
  auto* command = app.add_subcommand("history", "Print what was said, oldest first.");
  auto options = std::make_shared<history_options>();
  command->add_option("TO", options->to, "a user's name, or a thread as it is printed")
      ->type_name("")
      ->required();
  command->add_option("--before", options->before, "only messages below this number")
      ->type_name("SEQ");
  command->add_option("--after", options->after, "only messages above this number, from there on")
      ->type_name("SEQ");
  command->add_option("--limit", options->limit, "as many messages at most")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command->footer("Without --before and --after: the newest.\n"
                  "Examples:\n"
                  "  weft history bob\n"
                  "  weft history bob --before 120 --limit 20\n"
                  "  weft history bob --after 0 --limit 100000 --json > everything.jsonl");
  command->callback([&shared, options] {
    shared.run = [&shared, options] { return history(shared, *options); };
  });
}

} // namespace weft::bin
