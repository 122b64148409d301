// Whether a deploy makes a release, or finds that nothing differs from the current one.
#pragma once

#include <map>
#include <set>
#include <string>

#include "model/release.h"

namespace stackd::decide {

/// What a deploy asks for, as far as a release records it.
struct Asked {
  const std::string& canonical;
  const std::map<std::string, ImageRecord>& images;
  const std::map<std::string, std::string>& set;  // by --set
  const Fingerprints& fingerprints;
  const std::set<std::string>& emptied;  // volumes that lost what the current release's jobs did in them
};

/// Also where the containers are not as the current release asks for, but were taken as found.
bool differs(const Release& current, const Asked& asked);

/// Why there is a release although nothing else differs.
std::string emptied_volume_text(const std::string& volume);

}  // namespace stackd::decide
