// Asks the engine how one stack stands. Picks no winner and judges nothing.
#pragma once

#include <set>
#include <string>

#include "engine/engine.h"

namespace stackd::daemon {

/// Questions of one stack that are under way at once.
inline constexpr std::size_t questions_max = 4;

/// Every container with the project's label but those of `not_asked` (ids, which the engine would not answer
/// for now), and the networks and volumes that the stack names, whosever they are. Errors: those of the
/// engine's questions; what vanishes while being asked for is left out.
engine::Awaitable<Result<Observed>> observe(engine::Engine& engine, std::shared_ptr<const Stack> stack,
                                            std::set<std::string> not_asked);
/// All of them.
engine::Awaitable<Result<Observed>> observe(engine::Engine& engine, std::shared_ptr<const Stack> stack);

/// Networks and volumes only, into `observed`.
engine::Awaitable<Result<void>> observe_resources(engine::Engine& engine, std::shared_ptr<const Stack> stack,
                                                  Observed& observed);

/// The containers of every project; one that can't be looked at is left out, with a warning in the log.
/// Errors: the engine can't be asked at all.
engine::Awaitable<Result<Observed>> observe_all(engine::Engine& engine);

}  // namespace stackd::daemon
