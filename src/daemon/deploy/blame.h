// Which of a stack's attempts to tell people about, and which service a deploy failed for, as far as its
// cause tells. Pure.
#pragma once

#include <string>
#include <vector>

#include "model/release.h"

namespace stackd::daemon {

/// The newest of the attempts that came to something; null: there is none. Newest first; one that waits, or
/// was superseded, is no answer yet to how the last deploy went.
const Deploy* last_attempt(const std::vector<Deploy>& newest_first);

/// The one on its way, else the one that waits, else the newest; null: there is none. Newest first.
const Deploy* attempt_to_tell(const std::vector<Deploy>& newest_first);

/// How the deploy failed or is being undone, with its last words, if the service was the cause: the cause
/// then begins with its name, that of its pre_deploy command or of one of its containers, or with what was
/// tried with it. "" when it was not.
std::string blame(const Deploy& deploy, const std::string& service);

/// Ends a causal chain with it, if there is any; last words that the chain quotes already are not repeated.
void add_blame(std::vector<std::string>& chain, const std::string& blamed);

}  // namespace stackd::daemon
