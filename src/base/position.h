// Where the user wrote something. Kept with every node of a stack file, so that an error found late can
// still name the line.
#pragma once

#include <string>

namespace stackd {

struct Position {
  std::string file;  // as the user named it, or absolute when stackd found it; empty: nowhere
  int line = 0;      // 1-based; 0: the file as a whole
  int column = 0;    // 1-based, in characters

  friend bool operator==(const Position&, const Position&) = default;
};

}  // namespace stackd
