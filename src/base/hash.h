// SHA-256 and what is built on it (FIPS 180-4, RFC 2104), over OpenSSL.
#pragma once

#include <string>
#include <string_view>

namespace stackd {

/// 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);

/// Takes as long for equal as for different texts of one length.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace stackd
