// What happens, service by service, while somebody watches: a line each time something changes, or on a
// terminal one line a service that is written again in place. Pure: it returns what is to be written.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "cli/session.h"
#include "cli/table.h"

namespace stackd::cli {

class ProgressView {
 public:
  /// `begun` is the moment that the times count from.
  ProgressView(const Terminal& terminal, WallTime begun);

  /// `service` is "" for what concerns the whole.
  std::string show(WallTime at, const std::string& service, const std::string& text, Colour colour);

 private:
  struct Line {
    std::string service;
    std::string text;
    Colour colour = Colour::plain;
    WallTime at;
  };

  [[nodiscard]] std::string line_text(const Line& line) const;
  [[nodiscard]] bool in_place() const;

  Terminal terminal_;
  WallTime begun_;
  std::vector<Line> lines_;  // in the order of their first appearance
  std::size_t written_ = 0;  // lines on the terminal that are to be written again
};

}  // namespace stackd::cli
