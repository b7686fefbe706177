#include "bin/weft_bench/run_result.hpp"

namespace weft::bench {
namespace {

percentiles of(const histogram& latencies) {
  return {static_cast<double>(latencies.at(0.50)) / 1e3,
          static_cast<double>(latencies.at(0.99)) / 1e3};
}

} // namespace

run_result result_of(const std::string& work, const traffic& shared) {
  run_result out;
  out.work = work;
  out.settings = shared.settings();
  out.messages = shared.messages();
  out.seconds = std::chrono::duration<double>(shared.measured()).count();
  out.ack = of(shared.ack_latency());
  out.delivery = of(shared.delivery_latency());
  out.refused = shared.refused;
  out.pulled = shared.pulled;
  return out;
}

} // namespace weft::bench
