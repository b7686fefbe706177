// A real node with people on it whose presence is looked at: its store, its log, its sessions, its
// poller.
#pragma once

#include "actors/actor_support.hpp"
#include "actors/token.hpp"
#include "cluster/node.hpp"
#include "storage/accounts.hpp"
#include "storage/contacts.hpp"
#include "tests/cluster/await.hpp"
#include "tests/cluster/presence_values.hpp"
#include "tests/cluster/test_client.hpp"
#include "tests/support/temporary_directory.hpp"

#include <caf/actor_system_config.hpp>

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weft::testing {

using actors::presence_state;
using actors::user_presence;
using cluster::audience;
using std::chrono::milliseconds;

inline constexpr milliseconds never{std::chrono::hours(24)};
inline constexpr milliseconds at_once{0};

/// A secret that all devices of these tests have: 32 bytes.
inline const std::string device_secret(actors::token_secret_bytes, 's');

inline user_id named(const std::string& name, std::uint64_t number) {
  return make_user_id(name, number);
}

/// A directory, and nodes that are opened on it one after the other.
struct presence_machine {
  temporary_directory directory;
  caf::actor_system_config config;
  caf::actor_system system{config};

  /// `unknown_for`: how long users without a session are unknown after the start.
  std::unique_ptr<cluster::node> open(milliseconds unknown_for) {
    cluster::node_options options;
    options.store.directory = directory.path() / "store";
    options.domain.limits.heartbeat = unknown_for;
    options.domain.limits.presence_every = milliseconds(10);
    options.domain.limits.last_seen_every = milliseconds(10);
    auto opened = cluster::node::open(system, std::move(options));
    REQUIRE_MESSAGE(opened, to_string(opened ? error{} : opened.failure()));
    return *std::move(opened);
  }
};

/// Appends a record to the shard of a user. The caller waits for what it changes.
inline void append_record(cluster::node& at, user_id user, state::Record record) {
  std::vector<storage::record> records;
  records.emplace_back(std::move(record));
  auto& ledger = at.domain().ledger;
  ledger.append(ledger.shard_of(slot_of(user)), actors::appender_actor{}, std::move(records));
}

/// Accounts, profiles and contacts as the actors of accounts and users would decide them.
class people {
public:
  explicit people(cluster::node& at) : at_(at) {}

  static device_id device_of(user_id user, std::uint8_t number = 1) {
    device_id out;
    for (int i = 0; i < 8; ++i)
      out.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(user.value >> (8 * i));
    out.bytes[15] = number;
    return out;
  }

  void add(user_id user, const std::string& name) {
    state::Record account;
    account.mutable_account_registered()->set_user(user.value);
    account.mutable_account_registered()->mutable_account()->set_name(name);
    append_record(at_, user, std::move(account));
    add_device(user, 1);
  }
  void add_device(user_id user, std::uint8_t number) {
    state::Record device;
    auto& changed = *device.mutable_device_changed();
    changed.set_user(user.value);
    changed.set_device(std::string{device_of(user, number).view()});
    changed.mutable_row()->set_token_hash(actors::hash_token_secret(device_secret));
    append_record(at_, user, std::move(device));
  }
  void set_audience(user_id user, audience tells) {
    state::Record profile;
    profile.mutable_profile_changed()->set_user(user.value);
    profile.mutable_profile_changed()->mutable_profile()->set_last_seen_audience(
        static_cast<std::uint32_t>(tells));
    append_record(at_, user, std::move(profile));
  }
  void set_contact(user_id user, user_id other, bool is_contact, bool is_blocked) {
    state::Record contact;
    auto& changed = *contact.mutable_contact_changed();
    changed.set_user(user.value);
    *changed.mutable_row() = contact_row(other, is_contact, is_blocked);
    changed.mutable_row()->set_version(++contacts_version_);
    append_record(at_, user, std::move(contact));
  }
  /// Everything that was appended for this user before is in the store.
  bool have_stored(user_id user) {
    const auto mark = named("mark", ++marks_);
    set_contact(user, mark, false, false);
    return await([&] {
      const auto row = storage::contact_reader(at_.domain().store).contact(user, mark);
      return row && *row;
    });
  }

private:
  cluster::node& at_;
  std::uint64_t contacts_version_ = 0;
  std::uint64_t marks_ = 0;
};

/// A signed-in device.
struct device_of_user {
  test_client client;

  device_of_user(presence_machine& on, cluster::node& at, user_id user, std::uint8_t number = 1)
      : client(on.system, at, credentials_of(user, number)) {
    client.next<actors::signed_in>();
  }

  static actors::resume credentials_of(user_id user, std::uint8_t number) {
    actors::resume out;
    out.user = user;
    out.device = people::device_of(user, number);
    out.secret = device_secret;
    return out;
  }

  /// As the heartbeat deadline ends it.
  void expire() { client.expire(); }
};

/// What a client's heartbeats know.
struct heartbeats {
  const cluster::node& at;
  user_id viewer;
  std::uint64_t version = 0;
  std::map<user_id, user_presence> known{};
  /// Every state that was ever told, in order.
  std::map<user_id, std::vector<presence_state>> told{};

  void beat() {
    const auto changes = at.presence().changes_for(viewer, version);
    version = changes.version;
    for (const auto& each : changes.users) {
      known[each.user] = each;
      told[each.user].push_back(each.state);
    }
  }
  bool await_state(user_id user, presence_state state) {
    return await([&] {
      beat();
      return known.contains(user) && known[user].state == state;
    });
  }
};

inline user_presence look_up(device_of_user& of, user_id user) {
  of.client.ask(actors::presence_request{5, {user}});
  return of.client.next<actors::presence_read>().users.at(0);
}

inline const user_id ann = named("ann", 1);
inline const user_id bob = named("bob", 2);
inline const user_id cid = named("cid", 3);

/// Ann and Bob have accounts, and Ann has Bob among her contacts.
struct ann_knows_bob {
  presence_machine on;
  std::unique_ptr<cluster::node> node;
  std::optional<people> accounts;

  explicit ann_knows_bob(milliseconds unknown_for = at_once) : node(on.open(unknown_for)) {
    accounts.emplace(*node);
    accounts->add(ann, "ann");
    accounts->add(bob, "bob");
    accounts->set_contact(ann, bob, true, false);
    REQUIRE(accounts->have_stored(ann));
    REQUIRE(accounts->have_stored(bob));
  }
};

} // namespace weft::testing
