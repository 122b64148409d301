// The daemon's own settings: what was given on the command line comes before the variables STACKD_*, these
// before the configuration file, that before the defaults. Pure except through Files.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "compose/read/files.h"
#include "runtime/log_spdlog.h"

namespace stackd::daemon {

/// Whoever starts stackd, as far as defaults depend on it.
struct Caller {
  bool is_root = false;
  std::string current_directory;  // absolute
  std::map<std::string, std::string> environment;
};

struct Config {
  std::string config_file;  // absolute; "" when none was read
  std::string state_folder;
  std::string socket;
  runtime::LogOptions log;
  std::vector<std::string> stack_files;  // absolute; deployed when their stack has no release yet
  std::string docker_host;               // DOCKER_HOST; "" for the default
  std::string docker_config;             // Docker's client configuration; "" for none
  bool only_check = false;               // --check: say whether everything makes sense, and end
};

/// Nothing is to be run: help or the version was asked for.
struct Printout {
  std::string text;
};

/// Errors: invalid, with what to write instead. An unknown key of the file is shown at its line.
std::variant<Config, Printout, Error> read_config(const std::vector<std::string>& words, const Caller& caller,
                                                  const compose::Files& files);

/// The text of --help.
std::string stackd_help();

}  // namespace stackd::daemon
