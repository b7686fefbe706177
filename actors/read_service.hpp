// Reads of threads, inboxes and users, with the rights that they need.
#pragma once

#include "actors/domain.hpp"

namespace weft::actors {

/// Serves reads from applied, hence committed, state. Blocking: runs on the read pool. Answers go
/// out through the router. Needs no thread or user actor, so that reading wakes nothing.
class read_service {
public:
  explicit read_service(const domain& env) : env_(env) {}

  void serve(const read_request& what) const;

private:
  void serve_one(const read_history& what) const;
  void serve_one(const read_inbox& what) const;
  void serve_one(const read_last& what) const;
  void serve_one(const mark_read& what) const;
  void serve_one(const find_user& what) const;
  void serve_one(const check_user& what) const;
  void serve_one(const confirm_session& what) const;

  const domain& env_;
};

} // namespace weft::actors
