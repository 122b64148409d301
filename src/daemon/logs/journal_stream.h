// The journal as one stream: what is stored first, then what comes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/control.h"

namespace stackd::daemon {

/// `live` may be null. Entries of other stacks are left out unless `stack` is "".
std::unique_ptr<Stream<JournalEntry>> journal_stream(std::vector<JournalEntry> past,
                                                     std::unique_ptr<Stream<JournalEntry>> live,
                                                     std::string stack);

}  // namespace stackd::daemon
