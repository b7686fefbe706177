#include "tests/net/scripted_host.hpp"

#include "tests/net/sample_ids.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>

namespace weft::testing {

namespace {

using namespace actors;

struct scripted_session {
  static inline const char* name = "session";

  explicit scripted_session(session_actor::pointer self) : self_(self) {}
  ~scripted_session() {
    if (script_ != nullptr)
      ++script_->ended;
  }

  void open(session_script& script, const credentials& who, std::uint64_t request,
            std::shared_ptr<outlet> client) {
    script_ = &script;
    client_ = std::move(client);
    const auto* login = std::get_if<sign_in>(&who);
    const auto password = login != nullptr ? login->password : "good password";
    if (password == "silent password")
      return;
    if (password == "broken password")
      return end();
    if (password == "wrong password") {
      client_->reply(request_failed{
          request, {errc::bad_credentials, "wrong name or password", outcome::nothing_written, 0}});
      return end();
    }
    signed_in out;
    out.request = request;
    out.user = user_id{ann};
    out.name = "ann";
    out.token = "token";
    out.history_id = 1;
    client_->set_inbox_version(inbox_version{41});
    script.keep(client_);
    client_->reply(out);
  }

  void on_requests(session_requests& turn) {
    ++script_->turns;
    for (auto& each : turn)
      std::visit([this](auto& what) { serve(what); }, each);
  }

  void serve(send_request& what) {
    ++script_->requests;
    if (script_->holds_sends) {
      held_.push_back(what.request);
      return look_again();
    }
    ack(what.request);
  }
  void serve(history_request& what) {
    ++script_->requests;
    history_page page;
    page.request = what.request;
    page.thread = what.thread;
    const auto bytes = std::get<events_delivered>(
        sample_push(1, static_cast<std::size_t>(script_->history_event_bytes)));
    for (auto i = 0; i < script_->history_events; ++i)
      page.events.push_back(bytes.events->front());
    if (client_)
      client_->reply(std::move(page));
  }
  void serve(find_user_request& what) {
    ++script_->requests;
    if (client_)
      client_->reply(user_found{what.request, user_id{bob}, "bob"});
  }
  void serve(sign_out_request& what) {
    client_->reply(signed_out{what.request});
    client_->close({errc::not_signed_in, "signed out", outcome::nothing_written, 0});
    end();
  }
  void serve(delivered_report&) { ++script_->reports; }
  void serve(inbox_request&) {}
  void serve(mark_read_request&) {}
  void serve(presence_request&) {}

  void ack(std::uint64_t request) {
    if (client_)
      client_->reply(send_acked{request, sample_thread(), sequence{1}, ordinal{1}, time_ms{1}});
  }

  void look_again() {
    self_->delayed_send(self_, std::chrono::milliseconds{5}, continuation{[this] {
                          if (script_->holds_sends)
                            return look_again();
                          for (const auto request : std::exchange(held_, {}))
                            ack(request);
                        }});
  }

  void on_drained() {
    ++script_->drained;
    if (client_)
      client_->tell_lagging(inbox_version{42});
  }
  void on_detached() {
    ++script_->detached;
    client_.reset();
  }
  void on_expired() {
    ++script_->expired;
    end();
  }
  void end() {
    client_.reset();
    self_->quit();
  }

  session_actor::pointer self_;
  session_script* script_ = nullptr;
  std::shared_ptr<outlet> client_;
  std::vector<std::uint64_t> held_;
};

session_actor::behavior_type session(session_actor::stateful_pointer<scripted_session> self,
                                     session_script* script, const credentials& who,
                                     std::uint64_t request, std::shared_ptr<outlet> client) {
  auto& state = self->state;
  state.open(*script, who, request, std::move(client));
  return {
      [&state](session_requests& turn) { state.on_requests(turn); },
      [](session_notices&) {},
      [&state](atom::drained) { state.on_drained(); },
      [&state](atom::detached) { state.on_detached(); },
      [&state](atom::expired) { state.on_expired(); },
      [](const continuation& next) { next.run(); },
  };
}

} // namespace

void session_script::keep(const std::shared_ptr<outlet>& client) {
  std::lock_guard guard{mutex_};
  client_ = client;
}

std::shared_ptr<outlet> session_script::last_client() {
  std::lock_guard guard{mutex_};
  return client_.lock();
}

scripted_host::scripted_host() {
  config_.add_message_types<caf::id_block::weft_actors>();
  config_.set("scheduler.max-threads", 2u);
  system_ = std::make_unique<caf::actor_system>(config_);
}

scripted_host::~scripted_host() = default;

session_actor scripted_host::start(credentials who, std::uint64_t request,
                                   std::shared_ptr<outlet> client) {
  ++script.started;
  return system_->spawn(session, &script, std::move(who), request, std::move(client));
}

void scripted_host::describe(Status& out) const {
  script.status_gate.pass();
  auto& node = *out.add_nodes();
  node.set_name("test");
  node.set_state(state);
}

session_notice sample_push(std::uint64_t seq, std::size_t body_bytes) {
  Event event;
  event.set_seq(seq);
  event.mutable_message()->set_body(std::string(body_bytes, 'b'));
  const std::vector<delivered_event> events{
      {sequence{seq}, std::make_shared<const std::string>(event.SerializeAsString())}};
  return events_delivered{sample_thread(),
                          std::make_shared<const std::vector<delivered_event>>(events)};
}

} // namespace weft::testing
