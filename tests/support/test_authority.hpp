// Certificates for a test: an authority of its own, and what it issues.
#pragma once

#include <openssl/types.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace weft::testing {

/// An authority whose key is made with it. Everything that cannot be done throws.
class test_authority {
public:
  /// Its files go into `folder`, which outlives it. Authorities of one folder need several names.
  explicit test_authority(std::filesystem::path folder, std::string name = "Test Authority");
  ~test_authority();
  test_authority(const test_authority&) = delete;
  test_authority& operator=(const test_authority&) = delete;

  /// Its own certificate, for those who shall trust it.
  const std::filesystem::path& file() const { return file_; }

  struct wish {
    /// Host names and IPv4 addresses.
    std::vector<std::string> names{"localhost", "127.0.0.1"};
    /// When it is valid, seen from now.
    std::chrono::seconds from = std::chrono::hours{-1};
    std::chrono::seconds until = std::chrono::hours{24};
  };
  struct issued {
    std::filesystem::path chain;
    std::filesystem::path key;
  };
  /// Issues a certificate with a new key; what the folder has under this name is replaced.
  issued issue(const std::string& name, const wish& what);
  issued issue(const std::string& name) { return issue(name, wish{}); }

private:
  struct release {
    void operator()(EVP_PKEY* what) const;
    void operator()(X509* what) const;
  };
  using key_handle = std::unique_ptr<EVP_PKEY, release>;
  using certificate_handle = std::unique_ptr<X509, release>;

  certificate_handle sign(EVP_PKEY& key, const std::string& subject, const wish& when);

  std::filesystem::path folder_;
  std::string name_;
  std::filesystem::path file_;
  key_handle key_;
  certificate_handle certificate_;
  long last_serial_ = 0;
};

} // namespace weft::testing
