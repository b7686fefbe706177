#include "actors/inbox_assembly.hpp"

namespace weft::actors {

namespace {

/// Leaves out the events that find no room, larger ones rather than all that follow.
void fit_events(inbox_page& page, std::size_t room) {
  for (auto& entry : page.rows) {
    if (entry.last_event == nullptr)
      continue;
    if (entry.last_event->size() > room)
      entry.last_event = nullptr;
    else
      room -= entry.last_event->size();
  }
}

} // namespace

void inbox_assembly::begin(inbox_page page, std::size_t events_bytes_max) {
  const auto request = page.request;
  const auto missing = page.rows.size();
  pages_.insert_or_assign(request, waiting_page{std::move(page), missing, events_bytes_max});
}

std::optional<inbox_page> inbox_assembly::add(const last_event_read& answer) {
  auto found = pages_.find(answer.request);
  if (found == pages_.end())
    return std::nullopt;
  const auto wanted = to_bytes(answer.thread);
  for (auto& entry : found->second.page.rows)
    if (entry.row.thread() == wanted)
      entry.last_event = answer.event;
  return do_without_one(answer.request);
}

std::optional<inbox_page> inbox_assembly::do_without_one(std::uint64_t request) {
  auto found = pages_.find(request);
  if (found == pages_.end() || --found->second.missing > 0)
    return std::nullopt;
  return give_up(request);
}

std::optional<inbox_page> inbox_assembly::give_up(std::uint64_t request) {
  auto found = pages_.find(request);
  if (found == pages_.end())
    return std::nullopt;
  auto page = std::move(found->second.page);
  fit_events(page, found->second.events_bytes_max);
  pages_.erase(found);
  return page;
}

} // namespace weft::actors
