// Kills a real node under load, many times, and looks for every acknowledged message.
#include "tests/integration/kill_run.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <random>

namespace {

int judge(const weft::testing::kill_run::outcome& outcome, std::uint64_t seed) {
  const auto& verdict = outcome.verdict;
  std::printf("in flight at the kills: %zu\n", outcome.in_flight);
  std::printf("kill test: kills %zu, acknowledged %zu, found %zu, lost %zu, doubled %zu, "
              "out of order %zu (seed %llu)\n",
              outcome.kills, verdict.acknowledged, verdict.found, verdict.lost, verdict.doubled,
              verdict.out_of_order, static_cast<unsigned long long>(seed));
  for (const auto& each : verdict.faults)
    std::printf("fault: %s\n", each.c_str());
  for (const auto& each : outcome.faults)
    std::printf("fault: %s\n", each.c_str());
  // A run without load proves nothing.
  const bool was_loaded = verdict.acknowledged > 0 && outcome.in_flight >= outcome.kills;
  if (!was_loaded)
    std::printf("fault: there was no load to speak of\n");
  return verdict.is_clean() && outcome.faults.empty() && was_loaded ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  weft::testing::kill_run::settings settings;
  settings.seed = std::random_device{}();
  CLI::App app{"Kills weftd under load and checks that nothing acknowledged is lost"};
  app.add_option("--kills", settings.kills, "How often the node is killed")->capture_default_str();
  app.add_option("--clients", settings.clients, "Users, who chat in pairs")->capture_default_str();
  app.add_option("--seed", settings.seed, "Repeats the choices of a run");
  bool rolls_back = false;
  app.add_flag("--roll-back", rolls_back,
               "Puts back the store of the first kill at the last one: the test must fail");
  CLI11_PARSE(app, argc, argv);
  if (rolls_back)
    settings.sabotage = weft::testing::kill_run::sabotage::roll_back;
  try {
    return judge(weft::testing::kill_run(settings).run(), settings.seed);
  } catch (const std::exception& why) {
    std::printf("kill test: %s (seed %llu)\n", why.what(),
                static_cast<unsigned long long>(settings.seed));
    return 1;
  }
}
