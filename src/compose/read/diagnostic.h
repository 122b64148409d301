// What is wrong with a stack file, so that the person who wrote it finds and mends it: the place, the line
// itself, the reason, and what to write instead.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compose/read/source.h"

namespace stackd::compose {

struct Diagnostic {
  std::string message;  // small letters, no full stop: "unknown key \"imge\""
  Mark mark;            // where; nowhere when it is about no file
  std::string advice;   // what to write instead; may be empty
  std::string related;  // what the second place is: "first defined here"; may be empty
  Mark related_mark;

  friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

/// As shown on a terminal, without a trailing newline:
///   compose.yaml:4:5: unknown key "imge"
///       imge: nginx
///       ^
///     did you mean "image"?
std::string to_text(const Diagnostic& diagnostic);

/// The first fifty, separated by newlines, and how many more there are.
std::string to_text(const std::vector<Diagnostic>& diagnostics);

/// Where the phases of a load put what they find, so that one run shows everything that is wrong.
class Report {
 public:
  void error(std::string message, Mark mark, std::string advice = {});
  void error(Diagnostic diagnostic);
  void warning(std::string message, Mark mark, std::string advice = {});

  /// Keeps a source alive, because marks point into it.
  void keep(std::shared_ptr<const Source> source) { sources_.push_back(std::move(source)); }
  [[nodiscard]] const std::vector<std::shared_ptr<const Source>>& sources() const { return sources_; }

  [[nodiscard]] bool failed() const { return error_count_ > 0; }
  [[nodiscard]] std::size_t error_count() const { return error_count_; }
  /// Is it worth the effort to find out what was meant? Not for the hundredth error.
  [[nodiscard]] bool wants_advice() const { return error_count_ < 100; }

  /// Each once, sorted by line within a file; files in the order in which their first finding came.
  [[nodiscard]] std::vector<Diagnostic> errors() const;
  [[nodiscard]] std::vector<Diagnostic> warnings() const;

 private:
  std::vector<Diagnostic> errors_;  // a thousand at most
  std::size_t error_count_ = 0;
  std::vector<Diagnostic> warnings_;
  std::vector<std::shared_ptr<const Source>> sources_;
};

/// "did you mean \"image\"?", or "" when nothing known is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

}  // namespace stackd::compose
