// Where a project came from, as a release records it.
#pragma once

#include "compose/load.h"
#include "model/release.h"

namespace stackd::compose {

/// Of kind "deploy". Variables are those that came from the caller's environment, never those of .env.
ReleaseSource release_source(const Project& project);

}  // namespace stackd::compose
