// What other hands changed: containers made anew, reconfigured, cut off. It is reported once, and the current
// release restored: when those hands have come to rest, and one service at a time.
//
//   a container   ours       we made it, or it was there when stackd began to look
//                 foreign    it appeared later and is not of our making
#pragma once

#include <optional>
#include <vector>

#include "decide/learn/learn.h"

namespace stackd::decide {

/// A service that does not become ready again keeps the others waiting no longer than this.
inline constexpr Duration restoration_patience = std::chrono::minutes(1);

/// A part of learn(): compares with what was right before, and says what changed since.
void learn_changes(Memory& memory, const LearnInput& input, std::vector<Fact>& facts);

/// The container stands where ours stood.
bool has_successor(const Observed& observed, const std::string& service, const std::string& container_id);

/// To be called when the engine has said that we made it.
void note_made(Memory& memory, const std::string& container_id);

}  // namespace stackd::decide
