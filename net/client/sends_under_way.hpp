// Messages that a program of this installation is just sending.
#pragma once

#include "storage/ids.hpp"
#include "storage/result.hpp"

#include <filesystem>

namespace weft::net::client {

/// A note for each operation, as an empty file in WEFT_HOME: another program of the installation,
/// which gets the message back from the server before its number is known here, can tell that it
/// was typed here. What a program that died left behind goes after a day, and the oldest notes go
/// when there are a thousand.
class sends_under_way {
public:
  explicit sends_under_way(const std::filesystem::path& home) : folder_(home / "sending") {}

  /// Before the message is sent.
  result<void> begin(const op_id& op) const;
  /// After the number was noted in `shown_cursors`, or when nothing was written.
  void end(const op_id& op) const;
  bool contains(const op_id& op) const;

private:
  std::filesystem::path file_of(const op_id& op) const { return folder_ / to_uuid_text(op.bytes); }

  std::filesystem::path folder_;
};

} // namespace weft::net::client
