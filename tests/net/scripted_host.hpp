// A stand-in for the chat domain: sessions are real actors that do what a test asks for.
#pragma once

#include "net/session_host.hpp"
#include "net/status_source.hpp"
#include "tests/net/gate.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace weft::testing {

/// What the sessions of a host have seen, and how they behave. Safe for use by several threads.
struct session_script {
  std::atomic<int> started{0};
  std::atomic<int> ended{0};
  std::atomic<int> requests{0};
  std::atomic<int> turns{0};
  std::atomic<int> reports{0};
  std::atomic<int> drained{0};
  std::atomic<int> detached{0};
  std::atomic<int> expired{0};
  /// Sends are answered only once this is false again.
  std::atomic<bool> holds_sends{false};
  /// Bytes of each event of a history page, and how many.
  std::atomic<int> history_events{1};
  std::atomic<int> history_event_bytes{10};
  /// Whoever asks for the status passes it: an I/O thread, for its clients.
  gate status_gate;

  void keep(const std::shared_ptr<actors::outlet>& client);
  /// The outlet of the session that signed in last; null when it has let go of it.
  std::shared_ptr<actors::outlet> last_client();

private:
  std::mutex mutex_;
  std::weak_ptr<actors::outlet> client_;
};

/// Signs in whoever comes, by password: "wrong password" is refused, "silent password" never
/// answered, "broken password" ends the session without a word.
class scripted_host final : public net::session_host, public net::status_source {
public:
  scripted_host();
  ~scripted_host() override;

  actors::session_actor start(actors::credentials who, std::uint64_t request,
                              std::shared_ptr<actors::outlet> client) override;
  void describe(Status& out) const override;

  session_script script;
  std::string state = "serving";

private:
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
};

/// An event of the sample thread as it is pushed.
actors::session_notice sample_push(std::uint64_t seq, std::size_t body_bytes);

} // namespace weft::testing
