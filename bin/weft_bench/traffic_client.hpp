// One client of a run: sends to its partner, checks what it gets from it.
#pragma once

#include "bin/weft_bench/order_check.hpp"
#include "bin/weft_bench/traffic.hpp"
#include "storage/ids.hpp"

#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace weft::bench {

/// The way to the server, or to the floor.
class port {
public:
  virtual ~port() = default;
  /// Sends a message to the partner; the number that its answer will carry, 0: not now.
  virtual std::uint64_t send(const op_id& op, std::string_view body) = 0;
  /// An id for a new message; a floor needs none.
  virtual op_id next_op() = 0;
  virtual void tell_delivered(std::uint64_t seq) = 0;
};

/// Decides when to send, and knows what was sent and what came. The port's owner feeds it.
class traffic_client {
public:
  traffic_client(traffic& shared, std::size_t index, port& way);

  /// Sends what may be sent: up to the window, and in an open loop what is due by now.
  void send_due(clock::time_point now);

  void on_ack(std::uint64_t request, std::uint64_t seq);
  /// The server did not take it: it is sent again, under its id, from `again_at` on.
  void on_refused(std::uint64_t request, clock::time_point again_at);
  void on_deliver(std::uint64_t seq, std::string_view body);
  void on_pulled(std::uint64_t seq);
  /// One read is handed over: report what came, send on.
  void on_turn();

  /// Messages that are sent or were due, and are not acknowledged.
  std::size_t outstanding() const;
  const order_check& order() const { return order_; }

private:
  struct sent {
    /// 0: answered.
    std::uint64_t request = 0;
    clock::time_point due;
    op_id op;
  };
  struct again {
    clock::time_point at;
    clock::time_point due;
    op_id op;
  };

  std::size_t window() const { return shared_.settings().window; }
  clock::time_point turn_time();
  /// When the next message is due: in a closed loop now.
  clock::time_point next_due(clock::time_point now) const;
  bool send_one(const op_id& op, clock::time_point due);
  std::optional<sent> take(std::uint64_t request);

  traffic& shared_;
  std::size_t index_;
  port& way_;
  /// What is on its way, by ascending request numbers; answers come in nearly that order.
  std::deque<sent> sent_;
  std::deque<again> again_;
  std::size_t outstanding_ = 0;
  std::uint64_t sent_count_ = 0;
  order_check order_;
  std::uint64_t reported_ = 0;
  bool got_deliveries_ = false;
  clock::time_point turn_time_{};
};

} // namespace weft::bench
