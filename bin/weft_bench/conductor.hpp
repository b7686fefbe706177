// The phases of a run, the same for a server and for the floor.
#pragma once

#include "bin/weft_bench/process_usage.hpp"
#include "bin/weft_bench/run_result.hpp"
#include "bin/weft_bench/traffic.hpp"
#include "storage/result.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <optional>
#include <vector>

namespace weft::bench {

/// The clients of a run, as its conductor sees them.
class ensemble {
public:
  virtual ~ensemble() = default;
  virtual std::size_t size() const = 0;
  /// Lets a client send what it may send by now.
  virtual void send_due(std::size_t client, clock::time_point now) = 0;
  virtual std::size_t outstanding(std::size_t client) const = 0;
  virtual const order_check& order(std::size_t client) const = 0;
  /// The run is over but for this client's missing deliveries: a last means to get them.
  virtual void fetch_missing(std::size_t client) = 0;
};

/// Begins the traffic, measures for as long as asked, lets everything come to rest, and judges.
/// Clients 2n and 2n+1 are partners.
class conductor {
public:
  conductor(boost::asio::io_context& io, traffic& shared, ensemble& clients,
            std::vector<pid_t> watched);

  /// Runs the io_context until the end. `failed` is looked at all the time: when it holds an error
  /// the run ends with that.
  result<run_result> run(const std::string& work, const std::optional<error>& failed);

private:
  std::optional<error> run_until(const std::optional<error>& failed, clock::time_point end);
  std::optional<error> come_to_rest(const std::optional<error>& failed);
  void tick();
  bool is_at_rest() const;
  std::uint64_t last_seq_of_pair(std::size_t client) const;
  void judge(run_result& out) const;

  boost::asio::io_context& io_;
  traffic& shared_;
  ensemble& clients_;
  std::vector<pid_t> watched_;
  boost::asio::steady_timer timer_;
  std::uint64_t released_ = 0;
};

} // namespace weft::bench
