#include "cluster/shard_map.hpp"

#include <doctest/doctest.h>

namespace weft::cluster {

TEST_CASE("a changed shard map is a new version and leaves the old one as it was") {
  const shard_map before(5, std::vector<shard_assignment>(4));
  const shard_assignment led{epoch{2}, node_no{1}, {node_no{1}}, {node_no{1}}};
  const auto after = before.with({{shard_id{2}, led}});
  CHECK(after->version() == 6);
  CHECK((*after)[shard_id{2}] == led);
  CHECK((*after)[shard_id{1}] == shard_assignment{});
  CHECK(before[shard_id{2}] == shard_assignment{});
}

TEST_CASE("a shard map divides the slots into ranges") {
  const shard_map map(1, std::vector<shard_assignment>(256));
  CHECK(map.shard_of(slot{0}) == shard_id{0});
  CHECK(map.shard_of(slot{255}) == shard_id{0});
  CHECK(map.shard_of(slot{256}) == shard_id{1});
  CHECK(map.shard_of(slot{65535}) == shard_id{255});
}

} // namespace weft::cluster
