// The text of one file, and places in it. Every node of a stack file carries a Mark, so that an error found
// in any phase can name the line and show it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/position.h"

namespace stackd::compose {

struct Source;

/// A place in a source. Small, because every node has one; the Source must outlive it (a Project keeps
/// all sources of its nodes alive). Without a source it is nowhere.
struct Mark {
  const Source* source = nullptr;
  std::int32_t line = 0;    // 1-based; 0: the file as a whole
  std::int32_t column = 0;  // 1-based, in characters

  [[nodiscard]] Position position() const;
  friend bool operator==(const Mark&, const Mark&) = default;
};

struct Source {
  std::string name;    // the path as a person reads it in an error
  std::string text;    // empty for values that were never in a file
  Mark included_from;  // where the file was asked for, when by include or extends

  /// The line without its end, or "" when there is none.
  [[nodiscard]] std::string_view line(int number) const;
};

}  // namespace stackd::compose
