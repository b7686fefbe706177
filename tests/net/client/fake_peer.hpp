// One connection of the fake server.
#pragma once

#include "net/client/frame_length.hpp"
#include "tests/net/client/fake_server.hpp"

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <utility>

namespace weft::net::client::test {

/// One connection. Writes block: frames are small and the reader is a test.
class fake_server::peer : public std::enable_shared_from_this<peer> {
public:
  peer(fake_server& server, boost::asio::ip::tcp::socket socket)
      : server_(server), socket_(std::move(socket)) {}

  void read() {
    boost::asio::async_read(
        socket_, boost::asio::buffer(head_),
        [self = shared_from_this()](const boost::system::error_code& code, std::size_t) {
          if (code)
            return self->cut();
          self->body_.resize(get_frame_length({self->head_.data(), self->head_.size()}));
          self->read_body();
        });
  }

  void write(const weft::ServerFrame& frame) {
    hold(frame);
    release();
  }
  /// Keeps a frame until the next is written, or `release`.
  void hold(const weft::ServerFrame& frame) {
    put_frame_length(held_, frame.ByteSizeLong());
    frame.AppendToString(&held_);
  }
  void release() {
    boost::system::error_code ignored;
    boost::asio::write(socket_, boost::asio::buffer(std::exchange(held_, {})), ignored);
  }

  void cut() {
    boost::system::error_code ignored;
    socket_.close(ignored);
    server_.peers_.erase(shared_from_this());
  }

  user_id user;
  std::string device;

private:
  void read_body() {
    boost::asio::async_read(
        socket_, boost::asio::buffer(body_),
        [self = shared_from_this()](const boost::system::error_code& code, std::size_t) {
          weft::ClientFrame frame;
          if (code || !frame.ParseFromString(self->body_))
            return self->cut();
          self->server_.serve(*self, frame);
          if (self->socket_.is_open())
            self->read();
        });
  }

  fake_server& server_;
  boost::asio::ip::tcp::socket socket_;
  std::array<char, frame_length_bytes> head_;
  std::string body_;
  std::string held_;
};

} // namespace weft::net::client::test
