// The parts of bind, each for one group of a service's keys. For bind*.cc only.
#pragma once

#include <string>
#include <vector>

#include "compose/bind/bind_value.h"
#include "model/stack.h"

namespace stackd::compose {

/// `service` is the mapping below services.NAME.
Service bind_service(const ConfigValue& service, const std::string& name, const std::string& project);

/// Mounts, tmpfs, secrets, configs, devices.
void bind_storage(const ConfigValue& field, Service& service);
/// Processor, memory, processes, block I/O; deploy.resources before the service's own words.
void bind_limits(const ConfigValue& field, Service& service);
/// restart, deploy.restart_policy, update_config, rollback_config, mode.
void bind_deploy(const ConfigValue& field, Service& service);

ServiceExtension bind_service_extension(const ConfigValue& extension, BindContext& context);
StackExtension bind_stack_extension(const ConfigValue& extension, BindContext& context);
std::vector<Verify> bind_verify(const ConfigValue& field, BindContext& context);
/// Whether the network says `join: ready`.
bool bind_network_extension(const ConfigValue& extension, BindContext& context);

}  // namespace stackd::compose
