#include "tests/storage/child.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace weft::testing {

child_process::child_process(const std::vector<std::string>& arguments) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    throw std::runtime_error("cannot make a pipe");
  std::string program = WEFT_STORAGE_CHILD;
  std::vector<char*> words{program.data()};
  auto kept = arguments;
  for (auto& argument : kept)
    words.push_back(argument.data());
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  const int failed =
      ::posix_spawn(&pid_, program.c_str(), &actions, nullptr, words.data(), ::environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  output_ = ends[0];
  if (failed != 0)
    throw std::runtime_error("cannot start " + program);
}

child_process::~child_process() {
  kill();
  ::close(output_);
}

std::string child_process::read_line() {
  std::string out;
  char next = 0;
  while (::read(output_, &next, 1) == 1 && next != '\n')
    out += next;
  return out;
}

void child_process::kill() {
  if (pid_ <= 0)
    return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

} // namespace weft::testing
