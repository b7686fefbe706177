// What a certificate says, as text for a person.
#pragma once

#include <openssl/x509.h>

#include <string>

namespace weft::net {

/// The host names and addresses that the certificate is for, "a.example, b.example and 3 more";
/// "no host" without any: a common name counts for nothing.
std::string names_of(const X509& certificate);

/// The common name of who issued it, or the whole name where there is none.
std::string issuer_of(const X509& certificate);

/// "2026-11-24 08:00:00 UTC".
std::string to_text(const ASN1_TIME& time);

} // namespace weft::net
