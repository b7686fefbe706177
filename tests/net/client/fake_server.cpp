#include "tests/net/client/fake_peer.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <future>

namespace weft::net::client::test {

using boost::asio::ip::tcp;
using boost::system::error_code;

fake_server::fake_server() {
  recover();
  thread_ = std::thread([this] {
    const auto work = boost::asio::make_work_guard(io_);
    io_.run();
  });
}

fake_server::~fake_server() {
  outage();
  io_.stop();
  thread_.join();
}

void fake_server::run_there(std::function<void()> what) {
  if (!thread_.joinable())
    return what();
  std::promise<void> done;
  boost::asio::post(io_, [&] {
    what();
    done.set_value();
  });
  done.get_future().wait();
}

void fake_server::script(std::function<void(misbehaviour&)> change) {
  run_there([&] { change(wrong_); });
}

void fake_server::outage() {
  run_there([this] { acceptor_.close(); });
  cut();
}

void fake_server::recover() {
  run_there([this] {
    const tcp::endpoint endpoint(boost::asio::ip::address_v4::loopback(), port_);
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen();
    port_ = acceptor_.local_endpoint().port();
    accept();
  });
}

void fake_server::cut(const weft::Closing* why) {
  run_there([&] {
    const auto all = peers_;
    for (const auto& each : all) {
      weft::ServerFrame frame;
      if (why) {
        *frame.mutable_closing() = *why;
        each->write(frame);
      }
      each->cut();
    }
  });
}

std::vector<weft::Event> fake_server::events(const thread_id& thread) {
  std::vector<weft::Event> out;
  run_there([&] { out = threads_[thread]; });
  return out;
}

std::uint64_t fake_server::delivered(const thread_id& thread) {
  std::uint64_t out = 0;
  run_there([&] { out = delivered_[thread]; });
  return out;
}

std::size_t fake_server::connections_made() {
  std::size_t out = 0;
  run_there([&] { out = connections_; });
  return out;
}

std::size_t fake_server::heartbeats() {
  std::size_t out = 0;
  run_there([&] { out = heartbeats_; });
  return out;
}

void fake_server::set_presence(user_id user, weft::Presence::State state,
                               std::uint64_t last_seen_ms) {
  run_there([&] {
    auto& what = presence_.emplace_back();
    what.set_user_id(user.value);
    what.set_state(state);
    what.set_last_seen_ms(last_seen_ms);
  });
}

std::size_t fake_server::asked(weft::ClientFrame::WhatCase kind) {
  std::size_t out = 0;
  run_there([&] { out = asked_[kind]; });
  return out;
}

std::vector<std::string> fake_server::registrations() {
  std::vector<std::string> out;
  run_there([&] { out = registrations_; });
  return out;
}

void fake_server::release_pushes() {
  run_there([this] {
    wrong_.hold_pushes = false;
    for (const auto& each : peers_)
      each->release();
  });
}

void fake_server::accept() {
  acceptor_.async_accept([this](const error_code& code, tcp::socket socket) {
    if (code)
      return;
    ++connections_;
    if (wrong_.turn_away > 0) {
      --wrong_.turn_away;
      return accept();
    }
    const auto added = std::make_shared<peer>(*this, std::move(socket));
    peers_.insert(added);
    added->read();
    accept();
  });
}

void fake_server::serve(peer& from, const weft::ClientFrame& frame) {
  const auto kind = frame.what_case();
  ++asked_[kind];
  if (wrong_.silent || wrong_.unanswered.contains(kind))
    return;
  weft::ServerFrame reply;
  reply.set_request_id(frame.request_id());
  if (auto& left = wrong_.refuse[kind]; left > 0) {
    --left;
    *reply.mutable_error() = wrong_.refusal;
    return from.write(reply);
  }
  switch (kind) {
  case weft::ClientFrame::kHello:
    return greet(from, frame.request_id());
  case weft::ClientFrame::kRegister:
  case weft::ClientFrame::kLogin:
  case weft::ClientFrame::kResume:
    return sign(from, frame);
  case weft::ClientFrame::kSend:
    return take_send(from, frame);
  case weft::ClientFrame::kHistory:
    return answer_history(from, frame);
  case weft::ClientFrame::kInbox:
    return answer_inbox(from, frame);
  case weft::ClientFrame::kFindUser:
    return answer_user(from, frame);
  case weft::ClientFrame::kHeartbeat:
    ++heartbeats_;
    answer_heartbeat(frame, *reply.mutable_heartbeat_ack());
    return from.write(reply);
  case weft::ClientFrame::kPresence:
    for (const auto user : frame.presence().user_ids())
      for (const auto& each : presence_)
        if (each.user_id() == user)
          *reply.mutable_presence()->add_users() = each;
    return from.write(reply);
  case weft::ClientFrame::kMarkRead:
    reply.mutable_read_marked()->set_thread(frame.mark_read().thread());
    reply.mutable_read_marked()->set_seq(frame.mark_read().seq());
    return from.write(reply);
  case weft::ClientFrame::kDelivered:
    for (const auto& cursor : frame.delivered().cursors()) {
      auto& seq = delivered_[*thread_from_bytes(cursor.thread())];
      seq = std::max(seq, cursor.seq());
    }
    return;
  default:
    reply.mutable_error()->set_code(weft::BAD_REQUEST);
    return from.write(reply);
  }
}

} // namespace weft::net::client::test
