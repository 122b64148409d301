#include "model/plan.h"

#include "model/identity.h"

namespace stackd {
namespace {

std::string subject(const std::string& service, const std::string& id) {
  return service + " (" + short_id(id) + ")";
}

struct ResourceOf {
  std::string operator()(const CreateNetwork& a) const { return "network " + a.network; }
  std::string operator()(const RemoveNetwork& a) const { return "network " + a.name; }
  std::string operator()(const CreateVolume& a) const { return "volume " + a.volume; }
  std::string operator()(const RemoveVolume& a) const { return "volume " + a.name; }
  std::string operator()(const CreateContainer& a) const { return "container " + a.name; }
  std::string operator()(const StartContainer& a) const { return "container " + a.container_id; }
  std::string operator()(const StopContainer& a) const { return "container " + a.container_id; }
  std::string operator()(const RemoveContainer& a) const { return "container " + a.container_id; }
  std::string operator()(const RenameContainer& a) const { return "container " + a.container_id; }
  std::string operator()(const SetRestartPolicy& a) const { return "policy " + a.container_id; }
  std::string operator()(const JoinNetwork& a) const { return "container " + a.container_id; }
  std::string operator()(const LeaveNetwork& a) const { return "container " + a.container_id; }
  std::string operator()(const ReloadContainer& a) const { return "container " + a.container_id; }
  std::string operator()(const ProbeContainer& a) const { return "probe " + a.container_id; }
};

struct TextOf {
  std::string operator()(const CreateNetwork& a) const { return "create network " + a.network; }
  std::string operator()(const RemoveNetwork& a) const { return "remove network " + a.name; }
  std::string operator()(const CreateVolume& a) const { return "create volume " + a.volume; }
  std::string operator()(const RemoveVolume& a) const { return "remove volume " + a.name; }
  std::string operator()(const CreateContainer& a) const { return "create " + a.name; }
  std::string operator()(const StartContainer& a) const {
    return "start " + subject(a.service, a.container_id);
  }
  std::string operator()(const StopContainer& a) const {
    return "stop " + subject(a.service, a.container_id);
  }
  std::string operator()(const RemoveContainer& a) const {
    return "remove " + subject(a.service, a.container_id);
  }
  std::string operator()(const RenameContainer& a) const {
    return "rename " + short_id(a.container_id) + " to " + a.name;
  }
  std::string operator()(const SetRestartPolicy& a) const {
    return "set restart policy of " + short_id(a.container_id) + " to " + a.policy;
  }
  std::string operator()(const JoinNetwork& a) const {
    return "connect " + subject(a.service, a.container_id) + " to " + a.network;
  }
  std::string operator()(const LeaveNetwork& a) const {
    return "disconnect " + subject(a.service, a.container_id) + " from " + a.network;
  }
  std::string operator()(const ReloadContainer& a) const {
    return "reload " + subject(a.service, a.container_id);
  }
  std::string operator()(const ProbeContainer& a) const {
    return "probe " + subject(a.service, a.container_id);
  }
};

}  // namespace

std::string resource_of(const Action& action) {
  return std::visit(ResourceOf{}, action);
}

std::string to_text(const Action& action) {
  return std::visit(TextOf{}, action);
}

std::string to_text(const Plan& plan) {
  std::string out;
  for (const Step& step : plan.steps) out += to_text(step.action) + ": " + step.cause + "\n";
  for (const std::string& warning : plan.warnings) out += "warning: " + warning + "\n";
  return out;
}

}  // namespace stackd
