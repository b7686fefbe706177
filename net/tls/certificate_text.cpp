#include "net/tls/certificate_text.hpp"

#include "net/tls/openssl.hpp"

#include <openssl/x509v3.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstdio>
#include <ctime>
#include <vector>

namespace weft::net {

namespace {

/// Names shown; a certificate may have hundreds.
constexpr std::size_t names_shown = 5;
/// Of one name.
constexpr std::size_t name_bytes_max = 100;

struct general_names_release {
  void operator()(GENERAL_NAMES* what) const { GENERAL_NAMES_free(what); }
};

std::string text_of(const ASN1_STRING& what) {
  const auto* data = reinterpret_cast<const char*>(ASN1_STRING_get0_data(&what));
  return {data, std::min(static_cast<std::size_t>(std::max(ASN1_STRING_length(&what), 0)),
                         name_bytes_max)};
}

std::string address_text(const ASN1_OCTET_STRING& what) {
  std::array<char, INET6_ADDRSTRLEN> out{};
  const auto length = ASN1_STRING_length(&what);
  if (length != 4 && length != 16)
    return {};
  ::inet_ntop(length == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(&what), out.data(),
              out.size());
  return out.data();
}

std::string text_of(const GENERAL_NAME& name) {
  if (name.type == GEN_DNS)
    return text_of(*name.d.dNSName);
  if (name.type == GEN_IPADD)
    return address_text(*name.d.iPAddress);
  return {};
}

std::string common_name(const X509_NAME& name) {
  const auto at = X509_NAME_get_index_by_NID(&name, NID_commonName, -1);
  if (at < 0)
    return {};
  return text_of(*X509_NAME_ENTRY_get_data(X509_NAME_get_entry(&name, at)));
}

std::vector<std::string> all_names(const X509& certificate) {
  std::vector<std::string> out;
  const std::unique_ptr<GENERAL_NAMES, general_names_release> names{static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr))};
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    auto text = text_of(*sk_GENERAL_NAME_value(names.get(), i));
    if (!text.empty())
      out.push_back(std::move(text));
  }
  return out;
}

} // namespace

std::string names_of(const X509& certificate) {
  const auto names = all_names(certificate);
  if (names.empty())
    return "no host";
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), names_shown); ++i)
    out += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > names_shown)
    out += " and " + std::to_string(names.size() - names_shown) + " more";
  return out;
}

std::string issuer_of(const X509& certificate) {
  const auto* name = X509_get_issuer_name(&certificate);
  if (auto out = common_name(*name); !out.empty())
    return out;
  std::array<char, name_bytes_max> whole{};
  X509_NAME_oneline(name, whole.data(), static_cast<int>(whole.size()));
  return whole.data();
}

std::string to_text(const ASN1_TIME& time) {
  std::tm at{};
  std::array<char, 32> out{};
  if (ASN1_TIME_to_tm(&time, &at) != 1 ||
      std::strftime(out.data(), out.size(), "%Y-%m-%d %H:%M:%S UTC", &at) == 0)
    return "an unknown time";
  return out.data();
}

} // namespace weft::net
