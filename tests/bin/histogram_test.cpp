#include "bin/weft_bench/histogram.hpp"
#include "tests/support/seed.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using weft::bench::histogram;

TEST_CASE("a histogram without values answers 0") {
  CHECK(histogram{}.at(0.5) == 0);
  CHECK(histogram{}.at(1) == 0);
}

TEST_CASE("small values are kept exactly") {
  histogram values;
  for (std::uint64_t value = 1; value <= 100; ++value)
    values.add(value);
  CHECK(values.count() == 100);
  CHECK(values.at(0.50) == 50);
  CHECK(values.at(0.99) == 99);
  CHECK(values.at(1.0) == 100);
}

TEST_CASE("the largest and the smallest value have their place") {
  histogram values;
  values.add(0);
  values.add(~std::uint64_t{0});
  CHECK(values.at(0.5) == 0);
  CHECK(values.at(1.0) == ~std::uint64_t{0});
}

TEST_CASE("a percentile is that of the sorted values, to one part in 64 and never below") {
  auto random = weft::testing::seeded_random();
  std::uniform_real_distribution<double> exponent(0, 60);
  histogram values;
  std::vector<std::uint64_t> sorted;
  for (int i = 0; i < 20'000; ++i) {
    sorted.push_back(static_cast<std::uint64_t>(std::exp2(exponent(random))));
    values.add(sorted.back());
  }
  std::sort(sorted.begin(), sorted.end());
  for (const double share : {0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto rank =
        static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
    const auto exact = sorted[rank - 1];
    CHECK(values.at(share) >= exact);
    CHECK(values.at(share) <= exact + exact / 64);
  }
}
