// Tables for people.
#pragma once

#include <string>
#include <vector>

namespace weft::bin {

/// Rows of text in columns as wide as they need to be.
class table {
public:
  enum class align { left, right };
  struct column {
    std::string title;
    align side = align::left;
  };

  explicit table(std::vector<column> columns) : columns_(std::move(columns)) {}

  /// As many cells as there are columns; control characters are escaped.
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }

  /// Titles, then the rows, each line ended.
  std::string text() const;

private:
  std::vector<column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

} // namespace weft::bin
