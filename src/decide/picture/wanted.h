// What people want up, and what of it stays down by itself: questions about the picture.
#pragma once

#include <string>

#include "decide/picture/state.h"

namespace stackd::decide {

/// Is the service to be there: not stopped by anybody, not ended for good, and the stack is not to be down.
bool is_wanted(const State& state, const std::string& service);

/// Its containers are to be there, and not to be started.
bool is_only_made(const State& state, const std::string& service);

/// Its containers are to be there, whether they run or not.
bool is_to_be_there(const State& state, const std::string& service);

/// Its end is not settled yet: it is left alone until it is told who ended it.
bool end_is_open(const State& state, const ObservedContainer& container);

/// It ended by itself, and its restart policy says never again.
bool stays_down(const State& state, const Service& service, const ObservedContainer& container);

/// Whether this happened to the service before somebody last asked for it.
bool was_before_wanted(const Memory& memory, const std::string& service, WallTime when, Time now);

/// Whether this happened to the service before somebody last ordered it to be stopped.
bool was_before_unwanted(const Memory& memory, const std::string& service, WallTime when, Time now);

}  // namespace stackd::decide
