#include "base/mutation.h"

#include <algorithm>
#include <array>

namespace stackd {
namespace {

constexpr std::array<std::string_view, 25> names = {
    "a-full-disk-loses-the-end",
    "a-lost-answer-is-success",
    "a-part-starts-the-whole",
    "all-stops-at-once",
    "an-end-of-the-engine-is-an-end-of-its-own",
    "anything-in-the-project-is-ours",
    "back-off-without-a-cap",
    "dependencies-are-only-started",
    "done-jobs-stand-for-nothing",
    "down-takes-the-volumes",
    "failed-releases-stay",
    "gates-are-open",
    "half-made-is-made-wrong",
    "jobs-run-again",
    "no-start-starts",
    "old-ones-leave-too-soon",
    "pages-are-not-asked",
    "policy-no-is-always",
    "probes-always-pass",
    "reconnecting-without-a-look",
    "sharers-are-left-alone",
    "stops-are-not-stored",
    "stops-by-others-are-crashes",
    "what-is-handed-back-starts-no-more",
    "what-is-not-recorded-is-unchanged",
};

std::string_view& current() {
  static std::string_view name;
  return name;
}

}  // namespace

bool mutated(std::string_view name) {
  return current() == name;
}

bool mutate(std::string_view name) {
  const auto* found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return false;
  current() = *found;
  return true;
}

std::vector<std::string_view> mutations() {
  return {names.begin(), names.end()};
}

}  // namespace stackd
