// The part of a create call that says what a container may do and how much of the machine it gets
// (HostConfig without mounts and networks). Pure.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "engine/docker_create.h"

namespace stackd::engine {

/// Adds privileges, isolation, resources, devices, ports, names and logging. Errors: invalid.
Result<void> add_host_config(json::object& host, const Service& service,
                             const CreateSurroundings& surroundings);

json::array text_array(const std::vector<std::string>& texts);
json::object text_object(const std::map<std::string, std::string>& texts);

}  // namespace stackd::engine
