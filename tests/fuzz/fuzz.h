// What every fuzz target needs: its bytes as text, and a way to say that a property does not hold.
// A target reads foreign bytes with one reader. It must end with a value or an Error, never with a crash or
// an endless loop; what else must hold is checked with STACKD_CHECK.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace stackd::fuzz {

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace stackd::fuzz
