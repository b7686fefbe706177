// A world with the ACCOUNTS of one shard in it.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/token.hpp"
#include "tests/actors/support.hpp"

#include <memory>
#include <string>
#include <vector>

namespace weft::testing {

class accounts_world : public world {
public:
  using world::world;

  /// Starts the actor of the shard of "ann", on what the store has; an older one ends.
  void start();
  /// Gives the actor one message; it has not yet worked on it.
  void post(actors::account_inputs inputs);
  /// The same, then lets it work and commits what it decides until it decides nothing more.
  void serve(actors::account_inputs inputs);

  /// Requests of session n are numbered from 1 and come from device n.
  actors::register_account registration(std::uint8_t n, const std::string& name,
                                        const op_id& operation,
                                        std::string password = "correct horse");
  actors::sign_in login(std::uint8_t n, const std::string& name,
                        std::string password = "correct horse");
  actors::resume by_token(std::uint8_t n, const std::string& token);
  /// The sign-out of a session that signed in with that answer.
  actors::sign_out logout(std::uint8_t n, const actors::signed_in& by);

  static actors::session_address session(std::uint8_t n) {
    return {actors::node_no{1}, session_no{n}};
  }
  std::vector<actors::signed_in> sign_ins(std::uint8_t n) const {
    return router.replies<actors::signed_in>(session(n));
  }
  std::vector<actors::request_failed> failures(std::uint8_t n) const {
    return router.replies<actors::request_failed>(session(n));
  }
  /// Registers a name from device n and gives what was answered; forgets the reply.
  actors::signed_in registered(std::uint8_t n, const std::string& name);
  /// True if device n gets in with this token.
  bool opens(std::uint8_t n, const std::string& token);

  bool has_ended() const { return *ended_; }
  std::shared_ptr<recording_activation> entry;

private:
  actors::accounts_actor actor_;
  std::shared_ptr<const bool> ended_;
  std::uint64_t requests_ = 0;
};

} // namespace weft::testing
