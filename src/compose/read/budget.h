// What one load may grow to. Few words of a stack file can stand for much: a base that thousands extend, a
// range of ports, variables made of variables. Each such step takes from here what it is about to make, and
// is left out when there is not enough; what is merely long is limited where it is read.
#pragma once

#include <cstddef>

#include "compose/read/diagnostic.h"
#include "compose/read/node.h"

namespace stackd::compose {

class Budget {
 public:
  explicit Budget(Report& report) : report_(report) {}

  /// Whether there is enough left. The first time that there is not is reported at the mark.
  bool take(std::size_t bytes, Mark mark);
  /// For a copy of a tree.
  bool take(const Node& copied, Mark mark);
  /// Then nothing more needs to be prepared for taking.
  [[nodiscard]] bool exceeded() const { return exceeded_; }

 private:
  Report& report_;
  std::size_t bytes_taken_ = 0;
  bool exceeded_ = false;
};

/// About the memory that a value takes, with all below it.
std::size_t bytes_of(const Node& node);

}  // namespace stackd::compose
