#include "net/session_outlet.hpp"

#include "net/connection.hpp"
#include "net/io_thread.hpp"

namespace weft::net {

session_outlet::session_outlet(std::shared_ptr<io_thread> thread, std::shared_ptr<connection> to,
                               attempt_no attempt)
    : thread_(std::move(thread)), to_(std::move(to)), attempt_(attempt) {}

session_outlet::~session_outlet() {
  to_->wake_if(to_->out().abandon(attempt_));
}

void session_outlet::reply(const actors::session_notice& notice) {
  to_->wake_if(to_->out().reply(attempt_, notice));
}

actors::push_result session_outlet::push(const actors::session_notice& notice) {
  auto out = actors::push_result::taken;
  to_->wake_if(to_->out().push(attempt_, notice, out));
  return out;
}

void session_outlet::tell_lagging(inbox_version version) {
  to_->wake_if(to_->out().tell_lagging(attempt_, version));
}

void session_outlet::set_inbox_version(inbox_version version) {
  to_->out().set_inbox_version(version);
}

void session_outlet::close(const error& why) {
  to_->wake_if(to_->out().close(attempt_, why));
}

} // namespace weft::net
