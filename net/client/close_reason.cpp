#include "net/client/close_reason.hpp"

#include <boost/asio/error.hpp>

namespace weft::net::client {
namespace {

std::string words_of(const boost::system::error_code& code) {
  namespace failure = boost::asio::error;
  if (code == failure::eof)
    return "closed by the server";
  if (code == failure::host_not_found || code == failure::host_not_found_try_again)
    return "no such host";
  auto words = code.message();
  if (!words.empty() && words[0] >= 'A' && words[0] <= 'Z')
    words[0] = static_cast<char>(words[0] - 'A' + 'a');
  return words;
}

} // namespace

error network_error(std::string_view attempted, const boost::system::error_code& code) {
  error out;
  out.code = errc::unavailable;
  out.message = std::string{attempted} + ": " + words_of(code);
  return out;
}

} // namespace weft::net::client
