#include "decide/deploy/difference.h"

#include <algorithm>

namespace stackd::decide {

bool differs(const Release& current, const Asked& asked) {
  if (!asked.emptied.empty() || !as_found(current).empty()) return true;
  if (current.canonical != asked.canonical || current.source.set != asked.set ||
      current.fingerprints != asked.fingerprints)
    return true;
  return std::any_of(asked.images.begin(), asked.images.end(), [&](const auto& image) {
    const auto before = current.images.find(image.first);
    return before == current.images.end() || before->second.id != image.second.id;
  });
}

std::string emptied_volume_text(const std::string& volume) {
  return "volume " + volume + " is gone or was made anew, so the jobs run again";
}

}  // namespace stackd::decide
