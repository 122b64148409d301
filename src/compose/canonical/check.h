// Whether a canonical configuration makes sense as a whole: what services refer to exists, nothing
// contradicts, nobody waits for himself.
#pragma once

#include "compose/read/diagnostic.h"
#include "compose/read/node.h"

namespace stackd::compose {

/// `disabled` holds the services outside of the active profiles. A scale is copied to deploy.replicas where
/// there is a deploy, as Compose does.
void check_consistency(Node& model, const Map& disabled, Report& report);

/// No two services may ask for one container name.
void check_container_names(const Node& model, Report& report);

/// What services mount of secrets and configs has its value, where that comes from a variable.
void check_values(const Node& model, Report& report);

}  // namespace stackd::compose
