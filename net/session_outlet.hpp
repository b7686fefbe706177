// What a session holds of its connection.
#pragma once

#include "actors/outlet.hpp"
#include "net/outbound.hpp"

#include <memory>

namespace weft::net {

class connection;
class io_thread;

/// The outlet of one sign-in attempt. When its last holder lets go, the connection knows that the
/// session is over, however it ended: no client is left connected to nothing.
class session_outlet final : public actors::outlet {
public:
  session_outlet(std::shared_ptr<io_thread> thread, std::shared_ptr<connection> to,
                 attempt_no attempt);
  ~session_outlet() override;
  session_outlet(const session_outlet&) = delete;
  session_outlet& operator=(const session_outlet&) = delete;

  void reply(const actors::session_notice& notice) override;
  actors::push_result push(const actors::session_notice& notice) override;
  void tell_lagging(inbox_version version) override;
  void set_inbox_version(inbox_version version) override;
  void close(const error& why) override;

private:
  /// Outlives the connection, which refers to it.
  std::shared_ptr<io_thread> thread_;
  std::shared_ptr<connection> to_;
  attempt_no attempt_;
};

} // namespace weft::net
