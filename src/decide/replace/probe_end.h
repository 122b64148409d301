// What came of one probe: what the engine answered, read for what it says about the container. A probe that
// could not be held says nothing against the container's program.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/time.h"

namespace stackd::decide {

enum class ProbeEnd {
  passed,
  failed,
  stuck,      // it passed its timeout, and its process has not ended
  missing,    // its command is not there or can't be run: exit code 126 or 127, from the engine or a shell
  crowded,    // no process could be made for it: the container is at its limit
  forbidden,  // nobody may run commands in containers here
  prevented,  // the container was paused or ending, or the engine could not be asked
};

struct ProbeAnswer {
  std::optional<Error> refusal;  // the engine did not run it, or its answer was lost
  bool in_time = false;          // its output ended within its timeout
  bool running = false;          // and its process has not ended
  std::int64_t exit_code = 0;
  std::string output;
};

struct ProbeOutcome {
  ProbeEnd end = ProbeEnd::failed;
  Duration took = Duration::zero();
  std::string output;  // the last words of the command, or the engine's
};

ProbeEnd probe_end(const ProbeAnswer& answer);

/// The engine's words without those that are the same every time: `exec: "curl": executable file not found in
/// $PATH`.
std::string probe_words(const std::string& output);

}  // namespace stackd::decide
