// ${VAR} in one text, with the results of Compose: its grammar, its greedy ends, its defaults.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace stackd::compose {

/// The value of a variable, or nothing when it is not set.
using Lookup = std::function<std::optional<std::string>(const std::string& name)>;

/// Names that were asked for without an alternative and are not set; Compose warns of each.
using UnsetNames = std::vector<std::string>;

/// Errors: invalid, for a malformed expression and for a required variable without a value.
Result<std::string> substitute(std::string_view text, const Lookup& lookup, UnsetNames& unset);

/// A variable that a text refers to.
struct Mention {
  std::string name;
  std::string default_value;   // WORD of :- and -
  std::string presence_value;  // WORD of :+ and +
  bool required = false;       // by :? or ?
};

/// The variables of a text, those of defaults and alternatives too, in the order in which they stand. What
/// is malformed mentions nothing.
std::vector<Mention> mentions_in(std::string_view text);

}  // namespace stackd::compose
