// Owners of OpenSSL's objects.
#pragma once

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>

namespace weft::net {

template <auto release>
struct openssl_release {
  template <class T>
  void operator()(T* what) const {
    release(what);
  }
};

using ssl_handle = std::unique_ptr<SSL, openssl_release<&SSL_free>>;
using ssl_context_handle = std::unique_ptr<SSL_CTX, openssl_release<&SSL_CTX_free>>;
using ssl_session_handle = std::unique_ptr<SSL_SESSION, openssl_release<&SSL_SESSION_free>>;
using bio_handle = std::unique_ptr<BIO, openssl_release<&BIO_free_all>>;
using certificate_handle = std::unique_ptr<X509, openssl_release<&X509_free>>;

} // namespace weft::net
