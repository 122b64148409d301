// The short syntax of a mount: [SOURCE:]TARGET[:OPTIONS].
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "compose/read/node.h"

namespace stackd::compose {

struct ShortMount {
  bool bind = false;  // else a volume
  std::string source;
  std::string target;
  bool read_only = false;
  bool has_volume_options = false;
  bool no_copy = false;
  std::string selinux;
  std::string propagation;
  bool has_bind_options = false;
};

/// Errors: invalid. Colons inside of ${…} don't separate.
Result<ShortMount> parse_mount(std::string_view spec);

/// The long syntax.
Node to_node(const ShortMount& mount, Mark mark);

}  // namespace stackd::compose
