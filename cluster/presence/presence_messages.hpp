// What nodes and shards say to each other about presence. Plain values that may cross to another
// node: users are ids, versions are numbers.
#pragma once

#include "actors/messages/address.hpp"
#include "cluster/presence/visibility.hpp"

#include <cstdint>
#include <vector>

namespace weft::cluster {

/// What a question is about.
enum class question_scope : std::uint8_t {
  /// Users that the node has not heard of yet: often, and cheap when there are none.
  new_ones,
  /// Those, and what has changed of all the others: once an interval.
  everything,
};

/// A node asks a shard for what has changed among the users that it watches. The shard keeps
/// nothing of who asked: the question says it all.
struct presence_question {
  actors::node_no from;
  shard_id shard;
  question_scope scope = question_scope::new_ones;
  /// Which board the version is of, and the version of its last answer about everything.
  std::uint64_t generation = 0;
  std::uint64_t since = 0;
  /// Told of in any case.
  std::vector<user_id> new_targets;
  std::vector<user_id> new_viewers;
  /// Told of when they have changed since.
  std::vector<user_id> targets;
  std::vector<user_id> viewers;
};

/// Whom a user watches: his contacts.
struct watch_list {
  user_id viewer;
  std::vector<user_id> users;
};

/// The answer. What could not be read yet is left out: it is new to the node until it comes.
struct presence_answer {
  shard_id shard;
  std::uint64_t generation = 0;
  /// To ask with next time.
  std::uint64_t version = 0;
  std::vector<presence_entry> entries;
  std::vector<watch_list> lists;
};

} // namespace weft::cluster
