// The number of a release as somebody typed it.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/text.h"

namespace stackd::cli {

/// Errors: invalid.
inline Result<std::int64_t> release_number(const std::string& text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, code] = std::from_chars(text.data(), end, number);
  if (code == std::errc() && stopped == end && number >= 1) return number;
  return Error{ErrorKind::invalid, quote(text) + " is not the number of a release: they count from 1"};
}

}  // namespace stackd::cli
