#include "decide/deploy/pick_up.h"

namespace stackd::decide {

PickUp pick_up(DeployState recorded, const Past& past) {
  const bool is_current = past.current == past.release;
  const PickUp onward = has_way_back(past) ? PickUp::rolling : PickUp::first;
  const PickUp forward = is_current ? onward : PickUp::current;
  switch (recorded) {
    case DeployState::gating:
      return is_current ? forward : PickUp::gate;
    case DeployState::rolling:
    case DeployState::watching:
      return forward;
    case DeployState::paused:
      return forward == PickUp::rolling ? PickUp::paused : PickUp::current;
    case DeployState::reverting:
      return is_current ? PickUp::current : PickUp::reverting;
    case DeployState::queued:
    case DeployState::resolving:
    case DeployState::fetching:
      return forward;
    case DeployState::live:
    case DeployState::failed:
    case DeployState::reverted:
    case DeployState::cancelled:
    case DeployState::superseded:
      return PickUp::current;
  }
  return PickUp::current;
}

DeployEvent restart_event(DeployState recorded, const Past& past, bool release_was_live) {
  const bool rolls = recorded == DeployState::rolling || recorded == DeployState::watching;
  const bool is_live =
      rolls && past.release != past.former && past.current == past.release && release_was_live;
  return is_live ? DeployEvent::restarted_live : DeployEvent::restarted;
}

}  // namespace stackd::decide
