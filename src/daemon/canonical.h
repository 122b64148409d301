// Operations on canonical configurations as JSON text.
#pragma once

#include <string>

#include "store/store.h"

namespace stackd::daemon {

/// The deploy's configuration with only its named services and what they wait for; every other service, and
/// what it uses, as the current release has it (none when `current` is 0). Errors: not_found for a service
/// that the configuration does not have; those of the store.
Result<std::string> with_rest_of_release(store::Store& store, const Deploy& deploy, std::int64_t current);

}  // namespace stackd::daemon
