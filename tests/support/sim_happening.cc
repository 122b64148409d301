// What happens on the host, in words.
#include "support/sim_host.h"

namespace stackd::sim {

std::string_view to_string(Hand hand) {
  switch (hand) {
    case Hand::stackd:
      return "stackd";
    case Hand::person:
      return "a person";
    case Hand::engine:
      return "the engine";
    case Hand::process:
      return "itself";
  }
  return "";
}

std::string_view to_string(HappeningKind kind) {
  switch (kind) {
    case HappeningKind::created:
      return "created";
    case HappeningKind::started:
      return "started";
    case HappeningKind::stop_asked:
      return "asked to stop";
    case HappeningKind::kill_asked:
      return "killed";
    case HappeningKind::died:
      return "died";
    case HappeningKind::removed:
      return "removed";
    case HappeningKind::renamed:
      return "renamed";
    case HappeningKind::policy_changed:
      return "policy changed";
    case HappeningKind::paused:
      return "paused";
    case HappeningKind::unpaused:
      return "unpaused";
    case HappeningKind::health_changed:
      return "health";
    case HappeningKind::network_created:
      return "network created";
    case HappeningKind::network_removed:
      return "network removed";
    case HappeningKind::network_joined:
      return "joined";
    case HappeningKind::network_left:
      return "left";
    case HappeningKind::volume_created:
      return "volume created";
    case HappeningKind::volume_removed:
      return "volume removed";
    case HappeningKind::image_changed:
      return "image changed";
    case HappeningKind::probed:
      return "probed";
    case HappeningKind::engine_went:
      return "engine went";
    case HappeningKind::engine_came:
      return "engine came";
  }
  return "";
}

}  // namespace stackd::sim
