#include "base/encoding.h"

#include <algorithm>
#include <cstdint>

#include "base/text.h"

namespace stackd {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode(std::string_view bytes, std::string_view letters) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = (group << 8U) | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      text += j <= count ? letters[(group >> (18U - 6U * j)) & 63U] : '=';
    }
  }
  return text;
}

}  // namespace

std::string base64(std::string_view bytes) {
  return encode(bytes, alphabet);
}

std::string base64_url(std::string_view bytes) {
  return encode(bytes, url_alphabet);
}

Result<std::string> from_base64(std::string_view text) {
  while (ends_with(text, "=")) text.remove_suffix(1);
  std::string bytes;
  std::uint32_t group = 0;
  unsigned bits = 0;
  for (const char letter : text) {
    const std::size_t value = alphabet.find(letter);
    if (value == std::string_view::npos) return Error{ErrorKind::invalid, "no base64"};
    group = (group << 6U) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>((group >> bits) & 255U);
  }
  return bytes;
}

}  // namespace stackd
