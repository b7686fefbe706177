#include "tests/support/test_authority.hpp"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <stdexcept>

namespace weft::testing {

namespace {

void require(bool holds, const char* what) {
  if (!holds)
    throw std::runtime_error(std::string{"cannot make a certificate: "} + what);
}

struct file_release {
  void operator()(std::FILE* what) const { std::fclose(what); }
};

template <class Write>
void write_file(const std::filesystem::path& to, const Write& write) {
  const std::unique_ptr<std::FILE, file_release> file{std::fopen(to.c_str(), "w")};
  require(file && write(file.get()) == 1, to.c_str());
}

void write_certificate(const std::filesystem::path& to, X509* what) {
  write_file(to, [&](std::FILE* file) { return PEM_write_X509(file, what); });
}

void write_key(const std::filesystem::path& to, EVP_PKEY* what) {
  write_file(to, [&](std::FILE* file) {
    return PEM_write_PrivateKey(file, what, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

void add_extension(X509& to, int kind, const std::string& value) {
  auto* made = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  require(made != nullptr && X509_add_ext(&to, made, -1) == 1, value.c_str());
  X509_EXTENSION_free(made);
}

void set_name(X509_NAME& to, const std::string& common_name) {
  X509_NAME_add_entry_by_txt(&to, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                             0);
}

bool is_address(const std::string& name) {
  return name.find_first_not_of("0123456789.") == std::string::npos;
}

} // namespace

void test_authority::release::operator()(EVP_PKEY* what) const {
  EVP_PKEY_free(what);
}

void test_authority::release::operator()(X509* what) const {
  X509_free(what);
}

test_authority::test_authority(std::filesystem::path folder, std::string name)
    : folder_(std::move(folder)), name_(std::move(name)), file_(folder_ / (name_ + ".pem")),
      key_(EVP_EC_gen("P-256")) {
  require(key_ != nullptr, "no key");
  wish long_enough;
  long_enough.from = std::chrono::hours{-24 * 30};
  long_enough.until = std::chrono::hours{24 * 30};
  certificate_ = sign(*key_, name_, long_enough);
  write_certificate(file_, certificate_.get());
}

test_authority::~test_authority() = default;

test_authority::certificate_handle test_authority::sign(EVP_PKEY& key, const std::string& subject,
                                                        const wish& when) {
  certificate_handle out{X509_new()};
  require(out != nullptr, "no memory");
  const auto is_own = certificate_ == nullptr;
  X509_set_version(out.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(out.get()), ++last_serial_);
  X509_gmtime_adj(X509_getm_notBefore(out.get()), when.from.count());
  X509_gmtime_adj(X509_getm_notAfter(out.get()), when.until.count());
  set_name(*X509_get_subject_name(out.get()), subject);
  set_name(*X509_get_issuer_name(out.get()), name_);
  X509_set_pubkey(out.get(), &key);
  add_extension(*out, NID_basic_constraints, is_own ? "critical,CA:TRUE" : "CA:FALSE");
  std::string names;
  for (const auto& each : is_own ? std::vector<std::string>{} : when.names)
    names += (names.empty() ? "" : ",") + std::string{is_address(each) ? "IP:" : "DNS:"} + each;
  if (!names.empty())
    add_extension(*out, NID_subject_alt_name, names);
  require(X509_sign(out.get(), key_.get(), EVP_sha256()) != 0, "no signature");
  return out;
}

test_authority::issued test_authority::issue(const std::string& name, const wish& what) {
  const key_handle key{EVP_EC_gen("P-256")};
  require(key != nullptr, "no key");
  const auto certificate = sign(*key, name, what);
  issued out{folder_ / (name + ".crt"), folder_ / (name + ".key")};
  write_certificate(out.chain, certificate.get());
  write_key(out.key, key.get());
  return out;
}

} // namespace weft::testing
