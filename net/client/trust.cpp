#include "net/client/trust.hpp"

#include "net/tls/certificate_text.hpp"
#include "net/tls/openssl_error.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <new>
#include <unistd.h>

namespace weft::net::client {

namespace {

/// As many as a client may know servers.
constexpr std::size_t sessions_max = 64;

error cannot_use(const std::filesystem::path& file, const std::string& why) {
  return {errc::io, "cannot use the authorities of " + file.string() + ": " + why};
}

bool is_address(const std::string& host) {
  const std::unique_ptr<ASN1_OCTET_STRING, openssl_release<&ASN1_OCTET_STRING_free>> read{
      a2i_IPADDRESS(host.c_str())};
  return read != nullptr;
}

/// What is wrong with the certificate that OpenSSL has just looked at.
std::string refusal_of(X509_STORE_CTX& store, const std::string& host) {
  const auto& certificate = *X509_STORE_CTX_get_current_cert(&store);
  const auto whose = X509_STORE_CTX_get_error_depth(&store) == 0
                         ? std::string{"its certificate"}
                         : std::string{"the certificate of its authority"};
  switch (const auto code = X509_STORE_CTX_get_error(&store); code) {
  case X509_V_ERR_HOSTNAME_MISMATCH:
  case X509_V_ERR_IP_ADDRESS_MISMATCH:
    return whose + " is for " + names_of(certificate) + ", not for " + host +
           ": use a name that it has";
  case X509_V_ERR_CERT_HAS_EXPIRED:
    return whose + " expired on " + to_text(*X509_get0_notAfter(&certificate)) +
           ": its operator must renew it";
  case X509_V_ERR_CERT_NOT_YET_VALID:
    return whose + " is not valid before " + to_text(*X509_get0_notBefore(&certificate)) +
           ": check the clock of this machine";
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
  case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
  case X509_V_ERR_CERT_SIGNATURE_FAILURE:
  case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
  case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    return whose + " is signed by an unknown authority, '" + issuer_of(certificate) +
           "': give the file of the authority to trust with --ca FILE";
  default:
    return whose + " is not accepted: " + X509_verify_cert_error_string(code);
  }
}

int on_verified(int is_good, X509_STORE_CTX* store) {
  if (is_good == 1)
    return 1;
  auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto& check = *static_cast<server_check*>(SSL_get_app_data(ssl));
  check.refusal = refusal_of(*store, check.host);
  return 0;
}

std::string key_of(const server_check& check) {
  return check.host + ":" + check.port;
}

} // namespace

std::shared_ptr<trust> trust::make() {
  ssl_context_handle context{SSL_CTX_new(TLS_client_method())};
  if (!context)
    throw std::bad_alloc{};
  auto* made = context.get();
  SSL_CTX_set_min_proto_version(made, TLS1_2_VERSION);
  SSL_CTX_set_options(made, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(made, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                             SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(made, 1);
  SSL_CTX_set_verify(made, SSL_VERIFY_PEER, on_verified);
  SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(made, &trust::on_session);
  return std::shared_ptr<trust>{new trust{std::move(context)}};
}

result<std::shared_ptr<trust>> trust::load(const std::filesystem::path& file) {
  const auto opened = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (opened < 0)
    return cannot_use(file, std::strerror(errno));
  ::close(opened);
  auto out = make();
  ERR_clear_error();
  if (SSL_CTX_load_verify_file(out->context_.get(), file.c_str()) != 1)
    return cannot_use(file, "no certificate in PEM (" + take_openssl_error().text + ")");
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(out->context_.get()), X509_V_FLAG_PARTIAL_CHAIN);
  return out;
}

result<std::shared_ptr<trust>> trust::of_system() {
  static const auto read = []() -> result<std::shared_ptr<trust>> {
    auto out = make();
    ERR_clear_error();
    if (SSL_CTX_set_default_verify_paths(out->context_.get()) != 1)
      return error{errc::io, "cannot read the authorities that this machine trusts: " +
                                 take_openssl_error().text};
    return out;
  }();
  return read;
}

ssl_handle trust::connect(server_check& check) {
  check.authorities = this;
  ssl_handle out{SSL_new(context_.get())};
  if (!out)
    throw std::bad_alloc{};
  auto* ssl = out.get();
  SSL_set_connect_state(ssl);
  SSL_set_app_data(ssl, &check);
  auto* wanted = SSL_get0_param(ssl);
  if (is_address(check.host)) {
    X509_VERIFY_PARAM_set1_ip_asc(wanted, check.host.c_str());
  } else {
    X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
                                                X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    X509_VERIFY_PARAM_set1_host(wanted, check.host.c_str(), check.host.size());
    // The macro of OpenSSL has a cast that is no C++.
    SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, check.host.data());
  }
  if (const auto session = take_session(check))
    SSL_set_session(ssl, session.get());
  return out;
}

int trust::on_session(SSL* ssl, SSL_SESSION* session) {
  const auto& check = *static_cast<const server_check*>(SSL_get_app_data(ssl));
  check.authorities->keep(check, ssl_session_handle{session});
  // The reference was taken over.
  return 1;
}

void trust::keep(const server_check& check, ssl_session_handle session) {
  std::lock_guard guard{mutex_};
  if (sessions_.size() >= sessions_max)
    sessions_.erase(sessions_.begin());
  sessions_[key_of(check)] = std::move(session);
}

ssl_session_handle trust::take_session(const server_check& check) {
  std::lock_guard guard{mutex_};
  const auto found = sessions_.find(key_of(check));
  if (found == sessions_.end())
    return nullptr;
  // Of TLS 1.2 it serves again and again; in 1.3 each connection brings the next one.
  if (SSL_SESSION_get_protocol_version(found->second.get()) < TLS1_3_VERSION) {
    SSL_SESSION_up_ref(found->second.get());
    return ssl_session_handle{found->second.get()};
  }
  auto out = std::move(found->second);
  sessions_.erase(found);
  return out;
}

} // namespace weft::net::client
