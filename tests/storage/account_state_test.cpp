// What applying makes of the records of accounts: contacts, operations, erasure, the audit log.
#include "storage/accounts.hpp"
#include "storage/contacts.hpp"
#include "storage/inbox.hpp"
#include "tests/storage/feeder.hpp"

namespace weft::testing {
namespace {

/// A change of one contact of `user`, as the user's actor decides it.
state::Record contact_change(user_id user, user_id other, std::uint64_t version,
                             std::uint64_t previous, bool is_contact = true) {
  state::Record out;
  auto& change = *out.mutable_contact_changed();
  change.set_user(user.value);
  change.set_previous_version(previous);
  change.mutable_row()->set_user(other.value);
  change.mutable_row()->set_is_contact(is_contact);
  change.mutable_row()->set_version(version);
  return out;
}

std::vector<std::uint64_t> users_of(const result<std::vector<state::Contact>>& rows) {
  REQUIRE_MESSAGE(rows, why(rows));
  std::vector<std::uint64_t> out;
  for (const auto& row : *rows)
    out.push_back(row.user());
  return out;
}

} // namespace

TEST_CASE("contacts are listed by id, and by what changed since a version") {
  open_store one;
  feeder feed(one);
  const auto ann = make_user_id("ann", 1);
  const auto shard = shard_of_user(ann, *one.where);
  feed.put(shard, contact_change(ann, user_id{20}, 1, 0));
  feed.put(shard, contact_change(ann, user_id{10}, 2, 0));
  feed.put(shard, contact_change(ann, user_id{20}, 3, 1, false));
  const contact_reader reader(*one.where);
  CHECK(*reader.version(ann) == contacts_version{3});
  CHECK(users_of(reader.all(ann, 10)) == std::vector<std::uint64_t>{10, 20});
  CHECK(users_of(reader.all(ann, 1)) == std::vector<std::uint64_t>{10});
  CHECK(users_of(reader.changed_since(ann, contacts_version{0}, 10)) ==
        std::vector<std::uint64_t>{10, 20});
  CHECK(users_of(reader.changed_since(ann, contacts_version{2}, 10)) ==
        std::vector<std::uint64_t>{20});
  CHECK(users_of(reader.changed_since(ann, contacts_version{3}, 10)).empty());
  CHECK_FALSE((*reader.contact(ann, user_id{20}))->is_contact());
  CHECK_FALSE(reader.contact(ann, user_id{30})->has_value());
}

TEST_CASE("an operation on an account is remembered by device and id") {
  open_store one;
  feeder feed(one);
  const auto ann = make_user_id("ann", 1);
  const device_id device{make_uuid_v4()};
  const op_id op{make_uuid_v7(time_ms{1'700'000'000'000})};
  state::Record record;
  auto& change = *record.mutable_profile_changed();
  change.set_user(ann.value);
  change.mutable_profile()->set_display_name("Ann");
  change.mutable_operation()->set_device(std::string{device.view()});
  change.mutable_operation()->set_op_id(std::string{op.view()});
  change.mutable_operation()->set_payload_hash(77);
  feed.put(shard_of_user(ann, *one.where), record);
  const account_reader reader(*one.where);
  CHECK(reader.profile(ann)->display_name() == "Ann");
  CHECK(*reader.operation(ann, device, op) == std::optional<std::uint64_t>{77});
  CHECK_FALSE(reader.operation(ann, device_id{make_uuid_v4()}, op)->has_value());
}

TEST_CASE("erasing an account leaves its row, its name, and its neighbours") {
  open_store one;
  feeder feed(one);
  // Ids that follow one another over a carry: a range that is too long would take the neighbour.
  const auto ann = make_user_id("ann", 0xff);
  const user_id next{ann.value + 1};
  const auto shard = shard_of_user(ann, *one.where);
  for (const auto user : {ann, next}) {
    state::Record registered;
    registered.mutable_account_registered()->set_user(user.value);
    registered.mutable_account_registered()->mutable_account()->set_name(user == ann ? "ann"
                                                                                     : "ann-next");
    feed.put(shard, registered);
    state::Record device;
    device.mutable_device_changed()->set_user(user.value);
    device.mutable_device_changed()->set_device(std::string(16, 'd'));
    device.mutable_device_changed()->mutable_row()->set_name("phone");
    feed.put(shard, device);
    feed.put(shard, contact_change(user, user_id{5}, 1, 0));
    state::Record inbox;
    inbox.mutable_inbox_changed()->set_user(user.value);
    inbox.mutable_inbox_changed()->set_version(1);
    *inbox.mutable_inbox_changed()->add_rows() =
        inbox_row(thread_id::direct(user, user_id{5}), 1000, 1);
    feed.put(shard, inbox);
  }
  state::Record erased;
  erased.mutable_account_erased()->set_user(ann.value);
  feed.put(shard, erased);

  const account_reader accounts(*one.where);
  const contact_reader contacts(*one.where);
  const inbox_reader inboxes(*one.where);
  const auto rows_of = [&](user_id user) {
    return accounts.devices(user, 10)->size() + contacts.all(user, 10)->size() +
           contacts.changed_since(user, contacts_version{}, 10)->size() +
           inboxes.newest(user, std::nullopt, 10)->size() +
           inboxes.changed_since(user, inbox_version{}, 10)->size();
  };
  CHECK(rows_of(ann) == 0);
  CHECK(*inboxes.version(ann) == inbox_version{});
  CHECK(accounts.by_name("ann")->has_value());
  CHECK(rows_of(next) == 5);
}

TEST_CASE("operators' actions are read newest first, in pages") {
  open_store one;
  feeder feed(one);
  for (std::uint64_t i = 1; i <= 5; ++i) {
    state::Record record;
    auto& entry = *record.mutable_audit_written();
    entry.set_time_ms(1000 + i / 2);
    entry.set_number(i);
    entry.set_action("suspend");
    feed.put(shard_of(slot{0}, one.where->shard_count()), record);
  }
  const account_reader reader(*one.where);
  const auto first = reader.audit(std::nullopt, 2);
  REQUIRE_MESSAGE(first, why(first));
  REQUIRE(first->size() == 2);
  CHECK((*first)[0].number() == 5);
  CHECK((*first)[1].number() == 4);
  const auto& last = (*first)[1];
  const auto rest = reader.audit(audit_position{time_ms{last.time_ms()}, last.number()}, 10);
  REQUIRE(rest->size() == 3);
  CHECK((*rest)[0].number() == 3);
  CHECK((*rest)[2].number() == 1);
}

TEST_CASE("a thread knows who blocks whom before it has events") {
  open_store one;
  feeder feed(one);
  const auto ann = make_user_id("ann", 1);
  const auto bob = make_user_id("bob", 2);
  const auto in = between(ann, bob, *one.where);
  state::Record block;
  block.mutable_block_mirrored()->set_thread(to_bytes(in.thread));
  block.mutable_block_mirrored()->set_user(bob.value);
  block.mutable_block_mirrored()->set_is_blocked(true);
  block.mutable_block_mirrored()->set_version(4);
  feed.put(in.shard, block);
  const thread_reader reader(*one.where);
  CHECK_FALSE(reader.head(in.thread)->has_value());
  CHECK(*reader.blocks_of(in.thread) ==
        std::vector<std::pair<user_id, contacts_version>>{{bob, contacts_version{4}}});
  block.mutable_block_mirrored()->set_is_blocked(false);
  feed.put(in.shard, block);
  CHECK(reader.blocks_of(in.thread)->empty());
}

} // namespace weft::testing
