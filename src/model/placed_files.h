// Where secrets and configs appear in a container, and which of them could not be there for its process.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model/stack.h"

namespace stackd {

std::string secret_target(const FileReference& reference);
std::string config_target(const FileReference& reference);

/// One that stands in the stack itself is written into the container before it starts: that can't be where
/// nothing may be written, and is of no use below a tmpfs, which is empty when the process begins.
struct UnplacedFile {
  std::string section;    // "secrets", "configs"
  std::size_t index = 0;  // in the service's list
  std::string why;        // "config settings can't be written into the read-only service web"
  std::string advice;
};

std::vector<UnplacedFile> unplaced_files(const Stack& stack, const Service& service);

}  // namespace stackd
