// One installation of a client as a test drives it: each request with its reply, pushes kept.
#pragma once

#include "storage/ids.hpp"
#include "tests/integration/wire_connection.hpp"

#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace weft::testing {

/// What everybody in the tests signs in with.
inline constexpr const char* password = "correct horse battery staple";

/// A device with at most one connection. It may go and come back. Not thread-safe.
class device {
public:
  /// The device of the account `name`; not connected yet.
  device(const weftd_process& node, std::string name, wire_origin from = {});
  /// The same installation and account once more, not connected.
  device twin() const;

  // -- coming and going ------------------------------------------------------------------------

  /// Connects and makes the account, signs in by password, or by the token of an earlier time.
  /// Throws when that is refused.
  weft::Ready register_account();
  weft::Ready log_in();
  weft::Ready resume(const std::vector<std::pair<thread_id, std::uint64_t>>& cursors = {});
  /// Connects and says hello only.
  weft::Hello connect();
  /// Closes the connection without a word.
  void leave() { line_.reset(); }

  // -- requests --------------------------------------------------------------------------------

  /// Sends the request under a new id and returns its reply, an Error included. Pushes that come
  /// meanwhile are kept.
  weft::ServerFrame ask(weft::ClientFrame frame);
  /// Sends without waiting; the request id.
  std::uint64_t post(weft::ClientFrame frame);
  /// The reply of what was posted.
  weft::ServerFrame reply_to(std::uint64_t request);

  weft::ServerFrame send(const thread_id& thread, const std::string& body);
  weft::ServerFrame send(const thread_id& thread, const std::string& body, const op_id& op,
                         const std::string& content_type = {});
  weft::ServerFrame mark_read(const thread_id& thread, std::uint64_t seq);
  void report_delivered(const thread_id& thread, std::uint64_t seq);
  weft::ServerFrame beat(std::uint64_t inbox_version = 0);

  // -- pushes ----------------------------------------------------------------------------------

  /// The next push for which `is_it` holds, out of those kept and those to come; throws when it
  /// does not come. Others stay kept.
  weft::ServerFrame await_push(const std::function<bool(const weft::ServerFrame&)>& is_it);
  /// The next events pushed, in the order of their arrival: `count` of them.
  std::vector<weft::Event> await_events(const thread_id& thread, std::size_t count);
  /// Pushes that have come and that nobody has waited for, in the order of their arrival.
  const std::deque<weft::ServerFrame>& kept_pushes() const { return pushes_; }

  // -- what is known ---------------------------------------------------------------------------

  user_id user() const { return user_; }
  const std::string& name() const { return name_; }
  const device_id& id() const { return id_; }
  const std::string& token() const { return token_; }
  /// Signs in with another token from now on.
  void set_token(std::string token) { token_ = std::move(token); }
  void set_history_id(std::uint64_t history) { history_id_ = history; }
  std::uint64_t history_id() const { return history_id_; }
  wire_connection& line() { return *line_; }
  /// An id for a new operation.
  op_id make_op_id() const;

private:
  weft::Ready sign_in(weft::ClientFrame frame);
  /// Reads one frame; throws when none comes.
  weft::ServerFrame read();

  const weftd_process* node_;
  std::string name_;
  wire_origin from_;
  device_id id_{make_uuid_v4()};
  user_id user_;
  std::string token_;
  std::uint64_t history_id_ = 0;
  std::optional<wire_connection> line_;
  std::uint64_t last_request_ = 1;
  std::deque<weft::ServerFrame> pushes_;
  std::deque<weft::ServerFrame> replies_;
};

/// The direct thread of two devices' users.
thread_id thread_of(const device& one, const device& other);

/// A request for a page of history.
weft::ClientFrame history_request(const thread_id& thread, std::optional<std::uint64_t> after,
                                  std::optional<std::uint64_t> before, std::uint32_t limit);

/// All events of the thread, page by page from the beginning; checks that pages fit together.
std::vector<weft::Event> whole_history(device& reader, const thread_id& thread);

/// The row of a thread in the reader's inbox, as soon as it holds everything up to `seq`: touches
/// are coalesced, so it may lag.
weft::InboxThread await_inbox_row(device& reader, const thread_id& thread, std::uint64_t seq);

} // namespace weft::testing
