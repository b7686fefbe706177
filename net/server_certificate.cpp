#include "net/server_certificate.hpp"

#include "net/tls/certificate_text.hpp"
#include "net/tls/openssl_error.hpp"

#include <openssl/err.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <new>
#include <unistd.h>

namespace weft::net {

namespace {

/// Of TLS 1.2: forward secrecy and authenticated encryption alone. TLS 1.3 has nothing else.
constexpr const char* ciphers_of_tls_1_2 = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr const char* groups = "X25519:P-256:P-384";

/// How long a client may resume a session without proving the certificate anew. The keys of its
/// ticket go with the certificate object.
constexpr long session_seconds = 2 * 60 * 60;

constexpr unsigned char session_context[] = "weft";

error cannot_use(const char* what, const std::filesystem::path& file, const std::string& why) {
  return {.code = errc::io,
          .message = std::string{"cannot use the "} + what + " " + file.string() + ": " + why};
}

/// What OpenSSL says of a file is what it was about to do; the system says why it could not.
result<void> check_readable(const char* what, const std::filesystem::path& file) {
  const auto opened = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (opened < 0)
    return cannot_use(what, file, std::strerror(errno));
  ::close(opened);
  return {};
}

/// A key with a passphrase is refused: nobody is there to type it.
int no_passphrase(char*, int, int, void*) {
  return 0;
}

void set_rules(SSL_CTX& context) {
  SSL_CTX_set_min_proto_version(&context, TLS1_2_VERSION);
  SSL_CTX_set_options(&context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                    SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(&context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // One system call for all records that have arrived.
  SSL_CTX_set_read_ahead(&context, 1);
  SSL_CTX_set_cipher_list(&context, ciphers_of_tls_1_2);
  SSL_CTX_set1_groups_list(&context, groups);
  // A session's secrets are in its ticket, with the client: the server keeps none.
  SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_session_id_context(&context, session_context, sizeof session_context - 1);
  SSL_CTX_set_timeout(&context, session_seconds);
  SSL_CTX_set_num_tickets(&context, 1);
  SSL_CTX_set_default_passwd_cb(&context, no_passphrase);
}

bool has_passphrase(const openssl_error& why) {
  return why.text.find("password") != std::string::npos ||
         why.text.find("passphrase") != std::string::npos || why.text == "bad decrypt";
}

} // namespace

result<std::shared_ptr<const server_certificate>>
server_certificate::load(const certificate_files& files) {
  if (auto readable = check_readable("certificate", files.chain); !readable)
    return readable.failure();
  if (auto readable = check_readable("key", files.key); !readable)
    return readable.failure();
  ssl_context_handle context{SSL_CTX_new(TLS_server_method())};
  if (!context)
    throw std::bad_alloc{};
  set_rules(*context);
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.chain.c_str()) != 1)
    return cannot_use("certificate", files.chain,
                      "no certificate in PEM (" + take_openssl_error().text + ")");
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    const auto why = take_openssl_error();
    if (why.text == "key values mismatch")
      return cannot_use("key", files.key, "it does not belong to " + files.chain.string());
    return cannot_use("key", files.key,
                      has_passphrase(why) ? "it has a passphrase; weftd needs one without"
                                          : "no private key in PEM (" + why.text + ")");
  }
  return std::shared_ptr<const server_certificate>{new server_certificate{std::move(context)}};
}

server_certificate::server_certificate(ssl_context_handle context) : context_(std::move(context)) {
  const auto& leaf = *SSL_CTX_get0_certificate(context_.get());
  description_ = names_of(leaf) + ", valid until " + to_text(*X509_get0_notAfter(&leaf));
}

ssl_handle server_certificate::accept() const {
  ssl_handle out{SSL_new(context_.get())};
  if (!out)
    throw std::bad_alloc{};
  SSL_set_accept_state(out.get());
  return out;
}

bool server_certificate::is_valid_now() const {
  const auto& leaf = *SSL_CTX_get0_certificate(context_.get());
  return X509_cmp_current_time(X509_get0_notBefore(&leaf)) < 0 &&
         X509_cmp_current_time(X509_get0_notAfter(&leaf)) > 0;
}

} // namespace weft::net
