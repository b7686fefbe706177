// Who is told what while a node runs.
#include "tests/cluster/presence_world.hpp"

namespace weft::testing {

TEST_CASE("a contact comes and goes, and was last seen then") {
  ann_knows_bob at;
  device_of_user phone(at.on, *at.node, ann);
  heartbeats beats{*at.node, ann};
  CHECK(beats.await_state(bob, presence_state::offline));
  const auto begin = actors::wall_clock();
  device_of_user of_bob(at.on, *at.node, bob);
  CHECK(beats.await_state(bob, presence_state::online));
  CHECK(beats.known[bob].last_seen == time_ms{});
  CHECK(look_up(phone, bob) == beats.known[bob]);
  of_bob.expire();
  CHECK(beats.await_state(bob, presence_state::offline));
  CHECK(beats.known[bob].last_seen >= begin);
  CHECK(look_up(phone, bob) == beats.known[bob]);
  // Written lazily, and then it is in the store.
  CHECK(await([&] {
    const auto seen = storage::account_reader(at.node->domain().store).last_seen(bob);
    return seen && *seen == beats.known[bob].last_seen;
  }));
}

TEST_CASE("a device that comes back in time has not been away") {
  ann_knows_bob at;
  device_of_user phone(at.on, *at.node, ann);
  heartbeats beats{*at.node, ann};
  device_of_user of_bob(at.on, *at.node, bob);
  CHECK(beats.await_state(bob, presence_state::online));
  beats.told.clear();
  for (int i = 0; i < 20; ++i) {
    device_of_user again(at.on, *at.node, bob);
    beats.beat();
  }
  CHECK(look_up(phone, bob).state == presence_state::online);
  CHECK(beats.told[bob].empty());
}

TEST_CASE("a user is there as long as one of his devices is") {
  ann_knows_bob at;
  at.accounts->add_device(bob, 2);
  REQUIRE(at.accounts->have_stored(bob));
  device_of_user phone(at.on, *at.node, ann);
  device_of_user first(at.on, *at.node, bob, 1);
  device_of_user second(at.on, *at.node, bob, 2);
  heartbeats beats{*at.node, ann};
  CHECK(beats.await_state(bob, presence_state::online));
  first.expire();
  CHECK(await([&] { return at.node->status().sessions == 2; }));
  CHECK(look_up(phone, bob).state == presence_state::online);
  second.expire();
  CHECK(beats.await_state(bob, presence_state::offline));
}

TEST_CASE("the list of contacts is read again when it has changed") {
  ann_knows_bob at;
  at.accounts->add(cid, "cid");
  REQUIRE(at.accounts->have_stored(cid));
  device_of_user phone(at.on, *at.node, ann);
  device_of_user of_cid(at.on, *at.node, cid);
  heartbeats beats{*at.node, ann};
  CHECK(beats.await_state(bob, presence_state::offline));
  CHECK(!beats.known.contains(cid));
  at.accounts->set_contact(ann, cid, true, false);
  CHECK(beats.await_state(cid, presence_state::online));
}

TEST_CASE("audience and block decide what heartbeats and look-ups tell, at once") {
  ann_knows_bob at;
  device_of_user phone(at.on, *at.node, ann);
  device_of_user of_bob(at.on, *at.node, bob);
  heartbeats beats{*at.node, ann};
  const auto agree = [&](presence_state state) {
    return beats.await_state(bob, state) && look_up(phone, bob).state == state;
  };
  CHECK(agree(presence_state::online));
  at.accounts->set_audience(bob, audience::contacts);
  CHECK(agree(presence_state::hidden));
  CHECK(beats.known[bob].last_seen == time_ms{});
  at.accounts->set_contact(bob, ann, true, false);
  CHECK(agree(presence_state::online));
  at.accounts->set_contact(bob, ann, true, true);
  CHECK(agree(presence_state::hidden));
  at.accounts->set_audience(bob, audience::everybody);
  at.accounts->set_contact(bob, ann, false, false);
  CHECK(agree(presence_state::online));
  at.accounts->set_audience(bob, audience::nobody);
  CHECK(agree(presence_state::hidden));
  // He sees himself, and nobody can tell him from somebody who does not exist.
  CHECK(look_up(of_bob, bob).state == presence_state::online);
  const auto nobody = look_up(phone, named("nobody", 9));
  CHECK(nobody.state == presence_state::hidden);
  CHECK(nobody.last_seen == time_ms{});
}

TEST_CASE("a deleted account is hidden") {
  ann_knows_bob at;
  device_of_user phone(at.on, *at.node, ann);
  heartbeats beats{*at.node, ann};
  CHECK(beats.await_state(bob, presence_state::offline));
  state::Record changed;
  changed.mutable_account_changed()->set_user(bob.value);
  changed.mutable_account_changed()->mutable_account()->set_name("bob");
  changed.mutable_account_changed()->mutable_account()->set_standing(state::Account::DELETED);
  append_record(*at.node, bob, std::move(changed));
  CHECK(beats.await_state(bob, presence_state::hidden));
  CHECK(look_up(phone, bob).state == presence_state::hidden);
}

} // namespace weft::testing
