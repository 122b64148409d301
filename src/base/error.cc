#include "base/error.h"

#include <array>

namespace stackd {
namespace {

constexpr std::array<std::string_view, 8> names = {"invalid",   "not_found", "conflict", "unavailable",
                                                   "forbidden", "timeout",   "unknown",  "internal"};

}  // namespace

std::string_view to_string(ErrorKind kind) {
  return names.at(static_cast<std::size_t>(kind));
}

ErrorKind error_kind_from(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names.at(i) == name) return static_cast<ErrorKind>(i);
  }
  return ErrorKind::internal;
}

Error Error::while_doing(std::string_view doing) const {
  return Error{kind, std::string(doing) + ": " + message};
}

}  // namespace stackd
