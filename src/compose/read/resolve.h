// What a file leaves to its surroundings: relative paths become absolute, bare names of variables get their
// values.
#pragma once

#include "compose/read/diagnostic.h"
#include "compose/read/files.h"
#include "compose/read/node.h"
#include "compose/read/substitute.h"

namespace stackd::compose {

struct PathBase {
  std::string folder;  // what relative paths are joined to; may be relative itself, for an included file
  std::string home;    // what "~" stands for; empty: it stays
};

void resolve_paths(Node& file, const PathBase& base, const Files& files, Report& report);

/// Bare names in the list form of `environment`; `environment` of secrets and configs.
void resolve_variables(Node& file, const Lookup& lookup);

/// What variables gave to secrets and configs becomes their `content`. After the last file.
void take_values(Node& model);

}  // namespace stackd::compose
