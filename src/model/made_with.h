// What a container was made with, of the host's files and of the stack's own: the part of it that its
// configuration hash does not tell. A container of which there is no such note is unknown, which is never the
// same as unchanged.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace stackd {

/// As it was made, or as it has read them again since.
struct MadeWith {
  std::string files;         // fingerprint of what it mounts; "": nothing
  bool kept = false;         // it mounts the copies that its release keeps
  std::string alone;         // fingerprint of those that are mounted as files; "": not known
  std::string contents;      // of what is put into it (model/fingerprint.h); "": nothing
  std::int64_t kept_of = 0;  // the release whose copies it mounts; 0: not known, or none
  bool in_doubt = false;     // a reload has begun, and its outcome is not known

  bool operator==(const MadeWith&) const = default;
};

/// What a stack's containers were made with, as it outlives the process.
struct MadeWithRecord {
  std::map<std::string, MadeWith> made;  // by container id
  std::map<std::string, MadeWith>
      ordered;  // by container name; the answer may have been lost, or this stackd
};

}  // namespace stackd
