// Compares formats of the durable log and the state (docs/decisions/0001-log-and-state-format.md):
//   a       the log row holds the whole record and is synced; the message row is state
//   b       the message row itself is synced; the log row is an index entry that points at it
//   b2      like b, with the deduplication row in the synced batch
//   a3, b3  like a and b without deduplication rows: the difference is their price
// State skips the write-ahead log: it is flushed atomically with the applied index, and rebuilt
// from the log after a crash.

#include "tests/bench/log_format_rows.hpp"

#include <CLI/CLI.hpp>

namespace log_format {

class bench {
public:
  bench(const settings& s, const layout& l) : s_(s), l_(l), threads_(s.threads) {
    // Words, not random bytes, so that compression has something realistic to do.
    std::vector<std::string> words(2000);
    for (auto& word : words)
      for (auto n = 2 + random_() % 7; n > 0; --n)
        word += static_cast<char>('a' + random_() % 26);
    while (text_.size() < 400'000 + s.body)
      text_ += words[random_() % (1 + random_() % words.size())] + ' ';
    for (auto& thread : threads_) {
      const auto id = bytes().be(8, random_()).be(8, random_());
      thread.key.be(2, xxh3(id)).be(1, 1).add(id);
      for (auto& device : thread.devices)
        device.be(8, random_()).be(8, random_());
    }
  }

  result run() {
    std::filesystem::remove_all(s_.dir);
    open();
    const auto n = static_cast<double>(s_.messages);
    const auto cpu = process_cpu_us(), disk = disk_bytes_written();
    const auto start = steady::now();
    write(s_.messages);
    result r{0, n * 1e6 / us_since(start)};
    settle();
    r[0] = (process_cpu_us() - cpu) / n;
    r[4] = (disk_bytes_written() - disk) / n;
    std::sort(append_us_.begin(), append_us_.end());
    r[2] = append_us_[append_us_.size() / 2];
    r[3] = append_us_[append_us_.size() * 99 / 100];
    const auto read_start = steady::now();
    std::size_t read = 0;
    for (std::size_t i = 0; i < shards; ++i)
      read += read_log(i, 0).records.size();
    r[5] = us_since(read_start) / static_cast<double>(std::max<std::size_t>(read, 1));
    if (s_.recover > 0)
      recover(r);
    close();
    std::filesystem::remove_all(s_.dir);
    return r;
  }

private:
  struct thread_state {
    bytes key, devices[2];
    std::uint64_t seq = 0;
  };

  void open() {
    rocksdb::DBOptions db;
    db.create_if_missing = db.create_missing_column_families = true;
    db.atomic_flush = true;
    db.avoid_flush_during_shutdown = true; // closing then loses what a crash would lose
    db.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    check(rocksdb::GetDBOptionsFromString(db, s_.db_options, &db));
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    for (const std::string name : families) {
      rocksdb::ColumnFamilyOptions cf;
      cf.compression = rocksdb::kNoCompression;
      for (const auto& text : s_.cf_options)
        if (const auto colon = text.find(':'); colon == 0 || text.substr(0, colon) == name)
          check(rocksdb::GetColumnFamilyOptionsFromString(cf, text.substr(colon + 1), &cf));
      // Rows of one log or thread arrive in key order: remember where the last one went. RocksDB
      // 7.8 shares hints with range tombstones and trips over them, so a range deletion has to
      // begin with a key too short to have a hint.
      const std::size_t hint = name == "log" ? 3 : name == "dedup" ? 35 : thread_key_size;
      if (s_.hints.find(name) != std::string::npos)
        cf.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(hint));
      descriptors.emplace_back(name, cf);
    }
    rocksdb::DB* opened = nullptr;
    check(rocksdb::DB::Open(db, s_.dir, descriptors, &cf_, &opened));
    db_.reset(opened);
  }
  void close() {
    for (auto* handle : cf_)
      check(db_->DestroyColumnFamilyHandle(handle));
    check(db_->Close());
    db_.reset();
  }
  // Flushes and compactions that a run leaves behind belong to its price.
  void settle() {
    check(db_->Flush({}, cf_));
    std::uint64_t busy = 0;
    do {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      db_->GetAggregatedIntProperty("rocksdb.compaction-pending", &busy);
      if (busy == 0)
        db_->GetIntProperty("rocksdb.num-running-compactions", &busy);
    } while (busy > 0);
  }

  std::shared_ptr<message_batch> make_batch(std::size_t count) {
    auto batch = std::make_shared<message_batch>();
    auto& rows = batch->rows.emplace_back();
    rows.reserve(count * (25 + event_header + s_.body));
    for (std::size_t i = 0; i < count; ++i) {
      auto& r = batch->records.emplace_back();
      auto& thread = threads_[random_() % threads_.size()];
      r.shard = static_cast<std::uint8_t>(thread.key.data[0]);
      r.index = ++appended_[r.shard];
      const auto random = random_();
      const Slice body(text_.data() + random % 400'000, s_.body);
      const auto head = bytes()
                            .be(1, 1)
                            .add(thread.devices[random >> 63])
                            .be(8, xxh3(body))
                            .be(8, s_.ordered ? ++operations_ : random_())
                            .be(8, random);
      const auto start = rows.size();
      rows.append(head.data.data(), head.size).append(event_header - 16, 2);
      rows.append(body.data(), body.size());
      r.row = Slice(rows.data() + start, rows.size() - start);
      r.entry.be(1, 1).be(4, 7).be(4, xxh3(r.row)).be(8, ++thread.seq).add(thread.key);
    }
    return batch;
  }

  void append(const message_batch& batch) {
    WriteBatch rows;
    for (const auto& r : batch.records) {
      const auto key = log_key(r.shard, r.index);
      const Slice key_part = key, parts[2] = {r.entry, r.row};
      check(rows.Put(cf_[log_cf], {&key_part, 1}, {parts, l_.message_is_log ? 1 : 2}));
      if (l_.message_is_log)
        check(rows.Put(cf_[messages_cf], message_key(r), r.row));
      if (l_.dedup == dedup_row::synced)
        put_dedup(rows, r);
    }
    rocksdb::WriteOptions options;
    options.sync = !s_.pipeline; // a synced Write would hold up the other thread
    const auto start = steady::now();
    check(db_->Write(options, &rows));
    if (s_.pipeline)
      check(db_->SyncWAL());
    append_us_.push_back(us_since(start));
  }

  void put_dedup(WriteBatch& rows, const record& r) {
    check(rows.Put(cf_[dedup_cf], dedup_key(r), bytes().add(r.seq()).add(r.hash())));
  }
  void write_unlogged(WriteBatch& rows) {
    rocksdb::WriteOptions options;
    options.disableWAL = true;
    check(db_->Write(options, &rows));
    rows.Clear();
  }

  void apply(const message_batch& batch) {
    static const std::string rest_of_head(72, '\1');
    WriteBatch rows;
    std::unordered_set<std::string_view> touched(batch.records.size());
    // Backwards, so that the first row seen of a thread or a shard is its newest.
    for (auto r = batch.records.rbegin(); r != batch.records.rend(); ++r) {
      if (!l_.message_is_log)
        check(rows.Put(cf_[messages_cf], message_key(*r), r->row));
      if (l_.dedup == dedup_row::state)
        put_dedup(rows, *r);
      if (touched.insert(r->key().ToStringView()).second)
        check(rows.Put(cf_[threads_cf], r->key(), bytes().add(r->seq()).add(rest_of_head)));
      if (applied_[r->shard] >= r->index)
        continue;
      applied_[r->shard] = r->index;
      check(rows.Put(cf_[shards_cf], shard_key(r->shard), bytes().be(8, r->index)));
    }
    write_unlogged(rows);
    since_trim_ += batch.records.size();
    if (since_trim_ < s_.trim_every)
      return;
    since_trim_ = 0;
    // Unlogged like the state it follows: a trim becomes durable together with it, never before.
    for (std::size_t i = 0; i < shards; trim_to_[i] = applied_[i], ++i)
      if (trim_to_[i] > 0)
        check(rows.DeleteRange(cf_[log_cf], shard_key(i), log_key(i, trim_to_[i])));
    write_unlogged(rows);
  }

  void write(std::size_t count) {
    std::future<void> applying;
    for (std::size_t done = 0; done < count; done += s_.batch) {
      const auto batch = make_batch(std::min(s_.batch, count - done));
      append(*batch);
      if (applying.valid())
        applying.get();
      const auto mode = s_.pipeline ? std::launch::async : std::launch::deferred;
      applying = std::async(mode, [this, batch] { apply(*batch); });
      if (!s_.pipeline)
        applying.get();
    }
    if (applying.valid())
      applying.get();
  }

  // Reads and verifies the log of a shard from an index, as recovery and a lagging follower do.
  message_batch read_log(std::size_t shard, std::uint64_t from) {
    message_batch batch;
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}, cf_[log_cf]));
    for (it->Seek(log_key(shard, from)); it->Valid(); it->Next()) {
      if (!it->key().starts_with(shard_key(shard)))
        break;
      auto& r = batch.records.emplace_back();
      r.shard = static_cast<std::uint8_t>(shard);
      r.index = get_be64(it->key().data() + 2);
      r.entry.add({it->value().data(), index_size});
      auto& row = batch.rows.emplace_back();
      if (l_.message_is_log)
        check(db_->Get({}, cf_[messages_cf], message_key(r), &row));
      else
        row.assign(it->value().data() + index_size, it->value().size() - index_size);
      r.row = row;
      const auto sum = static_cast<std::uint32_t>(get_be64(r.entry.data.data() + 1));
      require(sum == static_cast<std::uint32_t>(xxh3(row)), "checksum mismatch");
    }
    check(it->status());
    return batch;
  }

  void recover(result& r) {
    const auto flushed = applied_;
    write(s_.recover);
    const auto acknowledged = applied_;
    close();
    auto start = steady::now();
    open();
    r[6] = us_since(start) / 1000;
    start = steady::now();
    // Of all shards before any is replayed: a trim must not trust what memory says was applied.
    trim_to_.fill(0);
    for (std::size_t i = 0; i < shards; ++i) {
      const bool known = db_->Get({}, cf_[shards_cf], shard_key(i), &found_).ok();
      applied_[i] = known ? get_be64(found_.data()) : 0;
      require(applied_[i] >= flushed[i], "flushed state was lost");
    }
    for (std::size_t i = 0; i < shards; ++i) {
      auto next = applied_[i];
      const auto batch = read_log(i, next + 1);
      for (const auto& record : batch.records)
        require(record.index == ++next, "hole in the log");
      apply(batch);
      require(applied_[i] == acknowledged[i], "acknowledged messages were lost");
    }
    r[7] = us_since(start) / 1000;
  }

  const settings& s_;
  const layout& l_;
  std::mt19937_64 random_{42};
  std::string text_, found_;
  std::vector<thread_state> threads_;
  std::array<std::uint64_t, shards> appended_{}, applied_{}, trim_to_{};
  std::uint64_t operations_ = 0, since_trim_ = 0;
  std::vector<double> append_us_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> cf_;
};

} // namespace log_format

using namespace log_format;

int main(int argc, char** argv) {
  settings s;
  CLI::App app{"Measures formats of the durable log: CPU, latency, disk and recovery."};
  app.option_defaults()->always_capture_default();
  const CLI::Range some(1, 1'000'000'000);
  app.add_option("--messages", s.messages, "messages per run")->check(some);
  app.add_option("--batch", s.batch, "messages per sync")->check(some);
  app.add_option("--threads-of-conversation", s.threads, "100: sequential keys")->check(some);
  app.add_option("--body", s.body, "bytes of a message body")->check(CLI::Range(0, 65536));
  app.add_option("--runs", s.runs, "runs; the medians are shown")->check(some);
  app.add_option("--variants", s.variants, "of a, a3, b, b2, b3; all if none");
  app.add_option("--recover", s.recover, "messages not flushed before the crash; 0: no crash");
  app.add_option("--trim-every", s.trim_every, "messages between trims of the log");
  app.add_option("--pipeline", s.pipeline, "SyncWAL, and a second thread that applies the state");
  app.add_option("--hints", s.hints, "memtable hints: of log, messages, threads, dedup");
  app.add_option("--ordered-ids", s.ordered, "operation ids ascend, as UUIDv7 do");
  app.add_option("--db-options", s.db_options, "RocksDB options");
  app.add_option("--cf", s.cf_options, "NAME:OPTIONS of a column family, :OPTIONS of all");
  app.add_option("--dir", s.dir, "directory; emptied before and after each run");
  CLI11_PARSE(app, argc, argv);

  std::printf("%zu messages, batch %zu, %zu threads, body %zu, medians of %zu\n", s.messages,
              s.batch, s.threads, s.body, s.runs);
  std::puts("format   cpu us messages/s   p50 us   p99 us disk bytes read us  open ms reapply ms");
  // Formats take turns, so that drift of a shared machine meets all of them alike.
  std::array<std::array<std::vector<double>, result{}.size()>, std::size(layouts)> columns;
  const auto chosen = [&](const char* name) {
    return s.variants.empty() || std::count(s.variants.begin(), s.variants.end(), name) > 0;
  };
  for (std::size_t i = 0; i < s.runs * std::size(layouts); ++i) {
    const auto which = i % std::size(layouts);
    if (!chosen(layouts[which].name))
      continue;
    const auto r = bench(s, layouts[which]).run();
    for (std::size_t c = 0; c < r.size(); ++c)
      columns[which][c].push_back(r[c]);
  }
  for (std::size_t i = 0; i < std::size(layouts); ++i) {
    if (!chosen(layouts[i].name))
      continue;
    const auto m = [&](std::size_t c) {
      std::sort(columns[i][c].begin(), columns[i][c].end());
      return columns[i][c][s.runs / 2];
    };
    std::printf("%-6s %8.2f %10.0f %8.0f %8.0f %10.0f %7.2f %8.0f %10.0f\n", layouts[i].name, m(0),
                m(1), m(2), m(3), m(4), m(5), m(6), m(7));
  }
}
