// The short syntax of a port: [[IP:]HOST:]CONTAINER[/PROTOCOL], with ranges.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "compose/read/node.h"

namespace stackd::compose {

/// In the long syntax, one for every container port, ordered by the text of port and protocol as Compose
/// does. Errors: invalid.
Result<List> parse_port(std::string_view spec, Mark mark);

bool is_ip_address(std::string_view text);

}  // namespace stackd::compose
