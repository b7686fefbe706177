// Random numbers of tests: another seed in each run, printed so that a failure can be repeated.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <random>

namespace weft::testing {

/// A generator with a new seed, or with that of the environment variable WEFT_TEST_SEED.
inline std::mt19937_64 seeded_random() {
  const char* given = std::getenv("WEFT_TEST_SEED");
  const auto seed = given != nullptr ? std::strtoull(given, nullptr, 10)
                                     : static_cast<unsigned long long>(std::random_device{}());
  std::printf("seed %llu: repeat with WEFT_TEST_SEED=%llu\n", seed, seed);
  return std::mt19937_64{seed};
}

} // namespace weft::testing
