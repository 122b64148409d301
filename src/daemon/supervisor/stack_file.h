// Stack files that stackd reads itself, because nobody is calling: one named at its start, and those of a
// kept stack, to see whether they differ from the current release. Nobody's environment counts but the
// recorded.
#pragma once

#include <string>

#include "compose/read/files.h"
#include "daemon/control.h"

namespace stackd::daemon {

/// The file as a deploy's request. `environment` is stackd's own. Errors: invalid, with every diagnostic.
Result<DeployRequest> read_stack_file(const compose::Files& files, const std::string& path,
                                      const std::map<std::string, std::string>& environment);

/// Reads the files of a release again, with the variables that it recorded, and says whether the
/// configuration is another one now. Errors: those of reading; the files may be gone.
Result<bool> files_differ(const compose::Files& files, const Release& release);

}  // namespace stackd::daemon
