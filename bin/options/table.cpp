#include "bin/options/table.hpp"

#include "bin/options/utf8.hpp"

#include <algorithm>

namespace weft::bin {
namespace {

std::string padded(const std::string& cell, std::size_t width, table::align side) {
  const std::string blanks(width - std::min(width, columns_of(cell)), ' ');
  return side == table::align::left ? cell + blanks : blanks + cell;
}

} // namespace

void table::add(std::vector<std::string> cells) {
  for (auto& cell : cells)
    cell = printable(cell);
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

std::string table::text() const {
  std::vector<std::string> titles;
  std::vector<std::size_t> widths;
  for (const auto& each : columns_) {
    titles.push_back(each.title);
    widths.push_back(columns_of(each.title));
  }
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], columns_of(row[i]));
  }
  std::string out;
  const auto append = [&](const std::vector<std::string>& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += (i == 0 ? "" : "  ") + padded(row[i], widths[i], columns_[i].side);
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  };
  append(titles);
  std::for_each(rows_.begin(), rows_.end(), append);
  return out;
}

} // namespace weft::bin
