// weft_storage_child hold DIR: opens the store in DIR, prints "open" and waits to be killed.
// weft_storage_child append DIR SEED: appends and applies entries of `chat_load` until it is
// killed, and prints the number of entries acknowledged so far after each append.
#include "tests/storage/load.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <unistd.h>

using namespace weft;

namespace {

void hold() {
  std::puts("open");
  std::fflush(stdout);
  for (;;)
    ::pause();
}

int append_until_killed(storage::store& where, std::uint64_t seed) {
  testing::chat_load load(testing::crash_conversations, where.shard_count(), seed);
  storage::writer log(where);
  storage::applier state(where);
  std::size_t acknowledged = 0;
  testing::entries pending;
  for (std::size_t batch = 1;; ++batch) {
    const auto some = load.next(testing::crash_batch(batch));
    if (!testing::append(log, some))
      return 1;
    acknowledged += some.size();
    std::printf("%zu\n", acknowledged);
    std::fflush(stdout);
    // Applying lags behind what is acknowledged, and flushes come in between.
    pending.insert(pending.end(), some.begin(), some.end());
    if (batch % 3 == 0) {
      if (!state.apply(pending))
        return 1;
      pending.clear();
    }
    if (batch % 10 == 0 && !where.flush())
      return 1;
  }
}

} // namespace

int main(int count, char** words) {
  if (count < 3)
    return 2;
  auto opened = storage::store::open({.directory = words[2]});
  if (!opened) {
    std::puts(to_string(opened.failure()).c_str());
    return 1;
  }
  if (std::string(words[1]) == "hold")
    hold();
  return append_until_killed(**opened, std::strtoull(words[3], nullptr, 10));
}
