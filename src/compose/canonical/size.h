// Amounts of memory as people write them.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace stackd::compose {

/// Bytes of "1.5g", "512 MiB", "100k": units count by 1024, whatever their spelling. Errors: invalid.
Result<std::int64_t> parse_size(std::string_view text);

}  // namespace stackd::compose
