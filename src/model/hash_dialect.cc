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

// Of "v2.26.1-4" too; 0.0.0 of what is none.
Version version_of(std::string_view text) {
  Version version{};
  if (!text.empty() && text.front() == 'v') text.remove_prefix(1);
  for (int& part : version) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), part);
    if (error != std::errc()) break;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.empty() || text.front() != '.') break;
    text.remove_prefix(1);
  }
  return version;
}

}  // namespace

HashDialect dialect_of(std::string_view compose_version) {
  const Version version = version_of(compose_version);
  if (version == Version{}) return HashDialect::v2;
  HashDialect dialect = HashDialect::older;
  for (const auto& [since, begun] : begun_with) {
    if (version >= since) dialect = begun;
  }
  return dialect;
}

}  // namespace stackd
