// For those few files that call co_spawn.
#pragma once

#include "runtime/clock.h"

namespace stackd::runtime {

/// The same task, begun in the next turn of the loop. Besides not running inside the spawner's own code, it
/// is a protection: when a coroutine is cancelled and ends without ever having been suspended, Asio lets
/// operation_aborted escape from io_context::run, which would end the process. This one has been suspended.
Task<void> start_later(Task<void> task);

}  // namespace stackd::runtime
