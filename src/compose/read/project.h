// One project: what a caller asks for, and what comes of it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compose/read/diagnostic.h"
#include "compose/read/node.h"

namespace stackd::compose {

using Environment = std::map<std::string, std::string>;

struct LoadOptions {
  std::string current_directory;              // absolute; what relative names are relative to
  std::vector<std::string> files;             // -f in order; empty: COMPOSE_FILE, else search upwards
  std::optional<std::string> standard_input;  // what "-" among the files stands for
  std::string project_directory;              // empty: the folder of the first file
  std::string project_name;                   // empty: COMPOSE_PROJECT_NAME, name:, the folder's name
  std::vector<std::string> profiles;          // with those of COMPOSE_PROFILES when empty; "*" is all
  std::vector<std::string> env_files;         // empty: COMPOSE_ENV_FILES, else .env
  std::vector<std::string> services;          // only these and what they need; empty: all that are enabled
  std::vector<std::string> by_name;           // enabled with what they need, if only some profile has them
  Environment environment;                    // the caller's; COMPOSE_* is honoured as Compose does

  bool interpolate = true;          // ${VAR}; without it values stay as written
  bool normalize = true;            // default network, names, implicit dependencies
  bool resolve_paths = true;        // relative to absolute
  bool resolve_environment = true;  // env_file and bare names into environment
  bool check_consistency = true;    // references between services, networks, volumes …
  bool require_values = false;      // a secret or config in use whose variable is not set is an error
  bool all_resources = false;       // keep networks, volumes … that no enabled service uses
};

/// A variable that the files asked for.
struct UsedVariable {
  enum class From { caller, env_file, unset };
  std::string name;
  std::string value;
  From from = From::unset;
};

struct Project {
  /// The canonical configuration: `name`, `services` (the enabled ones), `networks`, `volumes`, `secrets`,
  /// `configs`, `models` and top-level x-*; long syntax throughout, fields as Compose prints them as JSON
  /// (sizes as decimal text, durations in Go's form), zero values left out. Beyond what Compose prints it
  /// keeps `x-stackd` of services and networks, `env_file` and `label_file`, whose contents are already in
  /// `environment` and `labels`, and what variables gave to secrets and configs, as their `content`.
  Node model;
  std::string name;
  std::string directory;                     // absolute; what relative paths in the files are relative to
  std::vector<std::string> config_files;     // absolute, in order
  std::vector<std::string> env_files;        // absolute; only those that were asked for by name
  Environment environment;                   // what interpolation looked names up in
  std::vector<UsedVariable> used_variables;  // sorted by name
  Node disabled_services;                    // a map like model.services: outside the active profiles
  std::vector<std::string> profiles;         // the active ones
  std::vector<Diagnostic> warnings;
  /// The texts that the marks of the nodes point into.
  std::vector<std::shared_ptr<const Source>> sources;
};

}  // namespace stackd::compose
