// Where a project came from, as a release records it.
#pragma once

#include <string>
#include <vector>

#include "compose/read/project.h"
#include "model/release.h"

namespace stackd::compose {

class Files;

/// Of kind "deploy". Variables are those that came from the caller's environment, never those of .env.
ReleaseSource release_source(const Project& project);

/// What a project folder is known by, whatever leads to it: its real path, its own identity, and those of the
/// stack files in it. Empty when there is none.
std::vector<std::string> folder_ids(const std::string& folder, const std::vector<std::string>& config_files,
                                    const Files& files);

/// The services of a release that its profiles don't enable: somebody deployed them by their names.
std::vector<std::string> services_by_name(const std::string& canonical,
                                          const std::vector<std::string>& profiles);

}  // namespace stackd::compose
