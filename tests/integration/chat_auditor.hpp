// Reads what a node holds, as a user's further device.
#pragma once

#include "net/client/client.hpp"
#include "tests/integration/chat_journal.hpp"

#include <map>
#include <string>
#include <vector>

namespace weft::testing {

/// The account of one user of the kill test, registered when it is made. Throws when the node does
/// not answer.
class chat_auditor {
public:
  /// A signed-in device of the user.
  struct ticket {
    std::string token;
    std::uint64_t history_id = 0;
  };

  chat_auditor(std::vector<net::client::server_address> servers, std::string name);

  user_id user() const { return user_; }
  /// Signs in a further device.
  ticket add_device() const;

  /// The whole thread by pages of history; empty when the node does not know it.
  std::vector<seen_message> history(const thread_id& thread) const;
  /// The whole inbox by pages, newest first.
  std::map<thread_id, weft::InboxThread> inbox() const;

private:
  std::vector<net::client::server_address> servers_;
  std::string name_;
  user_id user_;
  ticket own_;
};

} // namespace weft::testing
