// What a file leaves out and Compose fills in; and the contradictions that can be seen before that.
#pragma once

#include <string>

#include "compose/read/diagnostic.h"
#include "compose/read/node.h"
#include "compose/read/substitute.h"

namespace stackd::compose {

/// Values that stand for absent ones: build context, protocol and mode of ports, targets of secrets.
void set_defaults(Node& model);

/// What a resource can't say at the same time, or must say. `model` is in long syntax.
void check_resources(const Node& model, Report& report);

/// The default network, names of resources, implicit dependencies, bare variables.
void normalize(Node& model, const std::string& project_name, const Lookup& lookup);

}  // namespace stackd::compose
