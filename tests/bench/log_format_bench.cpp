// Compares formats of the durable log and the state (docs/decisions/0001-log-and-state-format.md):
//   a       the log row holds the whole record and is synced; the message row is state
//   b       the message row itself is synced; the log row is an index entry that points at it
//   b2      like b, with the deduplication row in the synced batch
//   a3, b3  like a and b without deduplication rows: the difference is their price
// State skips the write-ahead log: it is flushed atomically with the applied index, and rebuilt
// from the log after a crash.

#include "tests/bench/log_format_run.hpp"

#include <CLI/CLI.hpp>

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
