#include "model/hash_dialect.h"

#include <array>
#include <charconv>
#include <utility>

namespace stackd {
namespace {

using Version = std::array<int, 3>;

constexpr std::array<std::pair<Version, HashDialect>, 8> begun_with = {{
    {{2, 24, 0}, HashDialect::v2_24},
    {{2, 26, 0}, HashDialect::v2_26},
    {{2, 29, 3}, HashDialect::v2_29},
    {{2, 30, 2}, HashDialect::v2_30},
    {{2, 32, 0}, HashDialect::v2_32},
    {{2, 34, 0}, HashDialect::v2_34},
    {{2, 36, 0}, HashDialect::v2},
    {{5, 0, 0}, HashDialect::v5},
}};

struct Numbered {
  Version version{};
  std::string_view rest;
};

Numbered numbered(std::string_view text) {
  Numbered found;
  if (!text.empty() && text.front() == 'v') text.remove_prefix(1);
  for (int& part : found.version) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), part);
    if (error != std::errc()) break;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.empty() || text.front() != '.') break;
    text.remove_prefix(1);
  }
  found.rest = text;
  return found;
}

}  // namespace

HashDialect dialect_of(std::string_view compose_version) {
  const Numbered found = numbered(compose_version);
  if (found.version.front() == 0) return HashDialect::v2;
  // Debian has a revision behind the version.
  if (found.version == Version{2, 26, 1} && found.rest.substr(0, 1) == "-") return HashDialect::debian_13;
  HashDialect dialect = HashDialect::older;
  for (const auto& [since, begun] : begun_with) {
    if (found.version >= since) dialect = begun;
  }
  return dialect;
}

}  // namespace stackd
