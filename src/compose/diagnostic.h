// What is wrong with a stack file, so that the person who wrote it finds and mends it: the place, the line
// itself, the reason, and what to write instead.
#pragma once

#include <string>
#include <vector>

#include "compose/source.h"

namespace stackd::compose {

struct Diagnostic {
  std::string message;  // small letters, no full stop: "unknown key \"imge\""
  Mark mark;            // where; nowhere when it is about no file
  std::string advice;   // what to write instead; may be empty
  std::string related;  // what the second place is: "first defined here"; may be empty
  Mark related_mark;
};

/// As shown on a terminal, without a trailing newline:
///   compose.yaml:4:5: unknown key "imge"
///       imge: nginx
///       ^
///     did you mean "image"?
std::string to_text(const Diagnostic& diagnostic);

/// All of them, separated by newlines.
std::string to_text(const std::vector<Diagnostic>& diagnostics);

}  // namespace stackd::compose
