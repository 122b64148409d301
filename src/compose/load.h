// The way in: from what a caller names (files, profiles, variables) to the canonical configuration of one
// project, with the results of Docker Compose. Pure except through Files; reads no environment and no clock.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "compose/read/diagnostic.h"
#include "compose/read/project.h"

namespace stackd::compose {

class Files;

struct LoadResult {
  std::optional<Project> project;  // absent when there are errors
  std::vector<Diagnostic> errors;  // all that were found, in the order of files and lines
  std::vector<Diagnostic> warnings;
  std::vector<std::shared_ptr<const Source>> sources;  // what the marks of the diagnostics point into

  [[nodiscard]] bool ok() const { return project.has_value(); }
};

LoadResult load(const LoadOptions& options, const Files& files);

}  // namespace stackd::compose
