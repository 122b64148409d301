// Whether the successor of a container starts before its predecessor stops, or after it.
#pragma once

#include <string>

#include "decide/picture/state.h"

namespace stackd::decide {

struct UpdateOrderChoice {
  bool start_first = false;
  std::string because;  // why not, for a person: "it publishes host ports"; empty when start_first
};

/// The written order, else start-first only for what others of the stack reach or wait for, that has a health
/// check, and that holds nothing of which there can be only one: published host ports, a container_name, a
/// mount for writing, the host's network, a fixed address, another container's namespace, devices. What
/// others share a namespace with, and a singleton, always stop first.
/// `container` is one of the service's, for what its image brings along (health check, volumes); may be null.
UpdateOrderChoice update_order(const State& state, const Service& service,
                               const ObservedContainer* container);

/// update_config, or rollback_config where an earlier release comes back.
UpdateConfig update_config(const State& state, const Service& service);

}  // namespace stackd::decide
