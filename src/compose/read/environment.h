// What variables a project sees: the caller's, then what .env and --env-file add.
#pragma once

#include <string>
#include <vector>

#include "compose/read/diagnostic.h"
#include "compose/read/files.h"
#include "compose/read/project.h"

namespace stackd::compose {

struct NamedFile {
  std::string path;  // absolute, or "-"
  Mark asked_at;     // of an include or extends; nowhere for the main files
};

/// Adds what the files set and the environment lacks; later files win over earlier ones.
void add_env_files(Environment& environment, const std::vector<NamedFile>& names, const Files& files,
                   Report& report);

/// The text of an env file or label file. Errors: those of Files, and invalid for one that is larger than
/// what can be given to a process.
Result<std::string> read_env_text(const Files& files, const std::string& path);

/// An error of an env file or label file, at its line. The line itself is not shown: it may be a secret.
void report_env_error(const std::string& path, int line, std::string message, Mark asked_at, Report& report);

}  // namespace stackd::compose
