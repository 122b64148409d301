// Which files make up the project, where it lies, what its variables are and what it is called: Compose's
// flags, COMPOSE_* variables and searches, in their order.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compose/assemble/assemble.h"

namespace stackd::compose {

struct Located {
  std::vector<NamedFile> files;
  std::string directory;
  Environment environment;             // without COMPOSE_PROJECT_NAME, which needs the name first
  std::vector<std::string> env_files;  // those that were asked for
  std::vector<std::string> profiles;
};

/// Nothing after an error, which is reported.
std::optional<Located> locate(const LoadOptions& options, const Files& files, Report& report);

/// The project's name: asked for, else from the files' `name`, else from the folder. "" after an error.
std::string find_project_name(const LoadOptions& options, const Located& located, Assembly& assembly);

/// Lower case, only letters, digits, "_" and "-", not starting with one of the latter.
std::string normalize_project_name(std::string_view name);

}  // namespace stackd::compose
