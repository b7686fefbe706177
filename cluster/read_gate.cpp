#include "cluster/read_gate.hpp"

namespace weft::cluster {
namespace {

actors::pool_lane lane_of(const actors::read_request& what) {
  const bool is_part_of_more = std::holds_alternative<actors::check_user>(what) ||
                               std::holds_alternative<actors::confirm_session>(what);
  return is_part_of_more ? actors::pool_lane::preferred : actors::pool_lane::ordinary;
}

} // namespace

bool read_gate::submit(const actors::read_request& what) {
  return pool_.submit([this, what] { service_.serve(what); }, lane_of(what));
}

} // namespace weft::cluster
