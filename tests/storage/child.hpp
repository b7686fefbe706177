// A second process that works on a store, and can be killed. See child_main.cpp.
#pragma once

#include <string>
#include <vector>

namespace weft::testing {

/// Runs the program weft_storage_child. Killed and waited for at the end of its scope.
class child_process {
public:
  explicit child_process(const std::vector<std::string>& arguments);
  ~child_process();
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  /// The next line that it prints, without its end; empty when it has ended.
  std::string read_line();

  /// Ends it as `kill -9` does, and waits for that.
  void kill();

private:
  int pid_ = -1;
  int output_ = -1;
};

} // namespace weft::testing
