// Standard input for a program that must not wait for it.
#pragma once

#include <boost/asio/io_context.hpp>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace weft::bin {

/// Reads on a thread of its own: making a terminal non-blocking would change it for every program
/// that shares it. Hands one piece at a time to the io_context and reads on when told to, so that a
/// pipe cannot outrun what is done with it.
class stdin_reader {
public:
  /// `take` gets what was read; an empty piece is the end.
  using taker = std::function<void(std::string)>;

  stdin_reader(boost::asio::io_context& io, taker take);
  ~stdin_reader();
  stdin_reader(const stdin_reader&) = delete;
  stdin_reader& operator=(const stdin_reader&) = delete;

  /// Asks for the next piece.
  void read_on();

private:
  void run();
  bool wait_until_asked();
  std::string read_piece();

  boost::asio::io_context& io_;
  taker take_;
  int stop_event_;
  std::mutex mutex_;
  std::condition_variable asked_changed_;
  bool asked_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

} // namespace weft::bin
