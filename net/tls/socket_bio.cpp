#include "net/tls/socket_bio.hpp"

#include "net/tls/socket_io.hpp"

#include <algorithm>
#include <new>

namespace weft::net {

namespace {

bio_socket& socket_of(BIO* bio) {
  return *static_cast<bio_socket*>(BIO_get_data(bio));
}

int read(BIO* bio, char* to, int size) {
  BIO_clear_retry_flags(bio);
  auto& socket = socket_of(bio);
  const auto most = std::min(static_cast<std::size_t>(std::max(size, 0)), socket.allowance);
  const auto got =
      most > 0 ? read_socket(socket.descriptor, {to, most}) : io_result{io_status::wants_read, 0};
  if (got.status == io_status::wants_read)
    BIO_set_retry_read(bio);
  if (got.status == io_status::wants_read || got.status == io_status::broken)
    return -1;
  socket.allowance -= got.count;
  return static_cast<int>(got.count);
}

int write(BIO* bio, const char* from, int size) {
  BIO_clear_retry_flags(bio);
  if (size <= 0)
    return 0;
  const auto put = write_socket(socket_of(bio).descriptor, {from, static_cast<std::size_t>(size)});
  if (put.status == io_status::wants_write)
    BIO_set_retry_write(bio);
  return put.status == io_status::moved ? static_cast<int>(put.count) : -1;
}

long control(BIO*, int command, long, void*) {
  // Nothing is kept back that could be flushed; no other question has an answer.
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

/// Lives as long as the process.
const BIO_METHOD* method() {
  static BIO_METHOD* const made = [] {
    auto* out = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "weft socket");
    if (out == nullptr)
      throw std::bad_alloc{};
    BIO_meth_set_read(out, read);
    BIO_meth_set_write(out, write);
    BIO_meth_set_ctrl(out, control);
    return out;
  }();
  return made;
}

} // namespace

bio_handle make_socket_bio(bio_socket& over) {
  bio_handle out{BIO_new(method())};
  if (!out)
    throw std::bad_alloc{};
  BIO_set_data(out.get(), &over);
  BIO_set_init(out.get(), 1);
  return out;
}

} // namespace weft::net
