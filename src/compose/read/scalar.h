// What a plain YAML scalar means: YAML 1.2's core schema with what Compose's parser kept of 1.1.
#pragma once

#include <string_view>

#include "compose/read/node.h"

namespace stackd::compose {

/// 010 is 8, 0x10 is 16, 1_000 is 1000, 1e3 is a real; yes, no, on and off stay text.
Node resolve_plain_scalar(std::string_view text, Mark mark);

}  // namespace stackd::compose
