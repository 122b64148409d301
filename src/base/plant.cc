#include "base/plant.h"

#include <algorithm>
#include <array>

namespace stackd {
namespace {

constexpr std::array<std::string_view, 19> bugs = {
    "a-full-disk-loses-the-end",
    "a-lost-answer-is-success",
    "an-end-of-the-engine-is-an-end-of-its-own",
    "anything-in-the-project-is-ours",
    "back-off-without-a-cap",
    "dependencies-are-only-started",
    "down-takes-the-volumes",
    "failed-releases-stay",
    "gates-are-open",
    "half-made-is-made-wrong",
    "jobs-run-again",
    "old-ones-leave-too-soon",
    "pages-are-not-asked",
    "policy-no-is-always",
    "probes-always-pass",
    "reconnecting-without-a-look",
    "sharers-are-left-alone",
    "stops-are-not-stored",
    "stops-by-others-are-crashes",
};

std::string_view& current() {
  static std::string_view name;
  return name;
}

}  // namespace

bool planted(std::string_view name) {
  return current() == name;
}

bool plant(std::string_view name) {
  const auto* found = std::find(bugs.begin(), bugs.end(), name);
  if (found == bugs.end()) return false;
  current() = *found;
  return true;
}

std::vector<std::string_view> plants() {
  return {bugs.begin(), bugs.end()};
}

}  // namespace stackd
