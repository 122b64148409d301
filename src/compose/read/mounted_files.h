// What a stack sees of the host's files: regular files that are bound in, folders bound in read-only, file
// secrets and configs. A change in one of them means a new container, and a release keeps their contents, so
// that it can be put back after they have changed. Writable folders are data and no part of it.
#pragma once

#include "compose/read/files.h"
#include "model/release.h"
#include "model/stack.h"

namespace stackd::compose {

/// A larger file is known by its hash only; a folder that holds one, or more files than this, not at all.
inline constexpr std::size_t kept_file_bytes_max = std::size_t{1024} * 1024;
inline constexpr std::size_t mounted_folder_files_max = 256;

/// What can't be read is left out, and named in `unreadable`: it counts as unchanged.
MountedFiles read_mounted_files(const Stack& stack, const Files& files);
MountedFiles read_mounted_files(const Stack& stack, const Service& service, const Files& files);

/// Fingerprints of an earlier version tell nothing of attributes and links: where they say the same as those
/// of now for all the rest, theirs are taken, so that nothing counts as changed.
void keep_as_recorded(Fingerprints& now, const Fingerprints& recorded);

}  // namespace stackd::compose
