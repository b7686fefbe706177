// A client of the fake server with an account.
#pragma once

#include "net/client/client.hpp"
#include "tests/net/client/fake_server.hpp"

#include <doctest/doctest.h>

#include <string>

namespace weft::net::client::test {

/// Registers at its making.
struct signed_in {
  signed_in(const fake_server& server, const std::string& name)
      : connection({*parse_servers(server.address()), std::chrono::seconds{20}}) {
    device = device_id{make_uuid_v4()};
    const auto ready = connection.sign_in([&](ClientFrame& frame, const server_clock& clock) {
      if (!token.empty()) {
        frame.mutable_resume()->set_token(token);
        return;
      }
      auto& request = *frame.mutable_register_();
      request.set_name(name);
      request.set_password("secret words");
      request.set_device_id(std::string{device.view()});
      request.set_op_id(std::string{clock.make_op_id().view()});
    });
    REQUIRE(ready);
    user = user_id{ready->user_id()};
    token = ready->token();
  }

  thread_id thread_with(const signed_in& other) const {
    return thread_id::direct(user, other.user);
  }
  result<Ack> send_to(const signed_in& other, const std::string& body) {
    return connection.send({thread_with(other), {}}, connection.make_op_id(), {}, body);
  }

  device_id device;
  user_id user;
  std::string token;
  client connection;
};

} // namespace weft::net::client::test
