// The worked examples of docs/formats: a change of stored bytes has to be a decision.
#include "storage/format_file.hpp"
#include "storage/hex.hpp"
#include "storage/key_layout.hpp"
#include "storage/log_row.hpp"
#include "storage/proto/event.pb.h"
#include "storage/state_rows.hpp"
#include "storage/store.hpp"

#include <doctest/doctest.h>

namespace weft::storage {
namespace {

template <class Uuid>
Uuid uuid_of(std::string_view text) {
  Uuid out;
  out.bytes = parse_uuid_text(text).value();
  return out;
}

template <class Bytes>
std::string hex(const Bytes& bytes) {
  std::string out;
  append_hex(out, {bytes.data(), bytes.size()});
  return out;
}

std::string hex(const key_buffer& key) {
  return hex(key.view());
}

const user_id ann = make_user_id("ann", 0x123456789abc);
const user_id bob = make_user_id("bob", 0xcba987654321);
const thread_id thread = thread_id::direct(ann, bob);
const auto device = uuid_of<device_id>("0f0e0d0c-0b0a-4908-8706-050403020100");
const auto op = uuid_of<op_id>("018bcfe5-687b-7123-9abc-0123456789ab");
const std::string thread_hex = "011403cba987654321482c123456789abc";
const slot first_slot{0x6200};

event_record first_message() {
  event_record out;
  out.thread = thread;
  out.seq = sequence{1};
  out.ordinal = ordinal{1};
  out.time = time_ms{1'700'000'000'123};
  out.from = ann;
  out.device = device;
  out.op = op;
  out.payload_hash = payload_hash("", "hello");
  Event event;
  event.set_seq(1);
  event.set_ordinal(1);
  event.set_time_ms(out.time.value);
  event.set_from(ann.value);
  event.set_op_id(std::string{op.view()});
  event.mutable_message()->set_body("hello");
  out.bytes = std::make_shared<const std::string>(event.SerializeAsString());
  return out;
}

std::string row_of(log_index index, record what) {
  log_entry entry;
  entry.shard = shard_id{98};
  entry.index = index;
  entry.epoch = epoch{1};
  entry.what = std::move(what);
  std::string out;
  encode_log_row(entry, first_slot, out);
  return hex(out);
}

} // namespace

TEST_CASE("keys are those of docs/formats/keys.md") {
  CHECK(to_text(ann) == "5200551685704424124");
  CHECK(shard_of(slot_of(thread), 256) == shard_id{98});
  CHECK(first_slot_of(shard_id{98}, 256) == first_slot);
  CHECK(hex(log_key(first_slot, log_index{5})) == "62000000000000000005");
  CHECK(hex(message_key(thread, sequence{1})) == "620e" + thread_hex + "000000000000000100");
  CHECK(hex(thread_row_key(thread, row_tag::thread_created)) == "620e" + thread_hex + "63");
  CHECK(hex(thread_row_key(thread, row_tag::thread_head)) == "620e" + thread_hex + "68");
  CHECK(hex(member_key(thread, ann)) == "620e" + thread_hex + "6d482c123456789abc");
  CHECK(hex(dedup_key(thread, device, op)) ==
        "620e" + thread_hex + "0f0e0d0c0b0a49088706050403020100018bcfe5687b71239abc0123456789ab");
  CHECK(hex(name_key("ann")) == "482c6e616e6e");
  CHECK(hex(user_key(ann, row_tag::account_user)) == "482c75482c123456789abc");
  CHECK(hex(device_key(ann, device)) == "482c64482c123456789abc0f0e0d0c0b0a49088706050403020100");
  CHECK(hex(inbox_row_key(ann, thread)) == "482c74482c123456789abc" + thread_hex);
  CHECK(hex(inbox_order_key(ann, time_ms{1'700'000'000'123}, thread)) ==
        "482c6f482c123456789abcfffffe74301a9784" + thread_hex);
  CHECK(hex(inbox_change_key(ann, inbox_version{7}, thread)) ==
        "482c63482c123456789abc0000000000000007" + thread_hex);
  CHECK(hex(user_key(ann, row_tag::inbox_version)) == "482c76482c123456789abc");
  CHECK(hex(shard_key(first_slot, row_tag::shard_applied)) == "620061");
  CHECK(hex(shard_key(first_slot, row_tag::shard_relayed)) == "620072");
  CHECK(hex(shard_key(first_slot, row_tag::shard_epoch)) == "620065");
}

TEST_CASE("values of the state are those of docs/formats/keys.md") {
  CHECK(hex(head_row{sequence{1}, ordinal{1}, time_ms{1'700'000'000'123}}.encode()) ==
        "01000000000000000100000000000000010000018bcfe5687b");
  CHECK(hex(dedup_row{sequence{1}, payload_hash("", "hello")}.encode()) ==
        "00000000000000013e5ad992e2d54e35");
  state::Member member;
  member.set_user(ann.value);
  member.set_name("ann");
  member.set_read_seq(1);
  member.set_delivered_seq(1);
  CHECK(hex(encode_member(member)) == "00000000000000010000000000000001616e6e");
}

TEST_CASE("rows of the log are those of docs/formats/log.md") {
  state::Record started;
  started.mutable_epoch_started()->set_epoch(1);
  CHECK(row_of(log_index{4}, started) == "01ffdfe4b6000000010232020801");
  const auto event = first_message();
  CHECK(hex(*event.bytes) ==
        "0801100118fbd095ffbc3121bc9a785634122c482a10018bcfe5687b71239abc012345"
        "6789ab5207120568656c6c6f");
  CHECK(row_of(log_index{5}, event) == "017d6547210000000101" + thread_hex +
                                           "00000000000000010f0e0d0c0b0a49088706050403020100"
                                           "3e5ad992e2d54e35");
}

TEST_CASE("the FORMAT file is that of docs/formats/store.md") {
  store_format format;
  format.state = founding::done;
  format.store_id = uuid_of<store_id>("6f1d5c1e-53a4-4f0e-9d0b-7f3f1b2c4d5e");
  format.history_id = 1234567890123456789u;
  format.shard_count = 256;
  const std::string text = "weft store\nversion 1\nfounding done\n"
                           "store_id 6f1d5c1e-53a4-4f0e-9d0b-7f3f1b2c4d5e\n"
                           "history_id 1234567890123456789\nshards 256\n"
                           "checksum 40b0962f9720986a\n";
  CHECK(to_text(format) == text);
  const auto parsed = parse_format(text);
  REQUIRE(parsed);
  CHECK(to_text(*parsed) == text);
}

} // namespace weft::storage
