// The configuration file: YAML of few keys, each of which a flag can say too.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "compose/read/files.h"

namespace stackd::daemon {

/// What one source of settings says; absent: it says nothing.
struct Settings {
  std::optional<std::string> config;
  std::optional<std::string> state;
  std::optional<std::string> socket;
  std::optional<std::string> log_level;
  std::optional<std::string> log_format;
  std::vector<std::string> stacks;
};

/// Paths as written, which are relative to the file's folder. Errors: not_found; invalid, all findings with
/// their lines; unavailable when it can't be read.
Result<Settings> read_config_file(const std::string& path, const compose::Files& files);

}  // namespace stackd::daemon
