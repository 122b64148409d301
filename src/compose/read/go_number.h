// Numbers as Go reads and prints them, which is what Compose's results are made of. No locale is involved.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "compose/read/node.h"

namespace stackd::compose {

/// Decimal digits with an optional sign, nothing else; nothing when it does not fit.
std::optional<std::int64_t> parse_decimal(std::string_view text);

/// Decimal floats, "inf", "infinity" and "nan" in any case.
std::optional<double> parse_real(std::string_view text);

/// A literal with Go's prefixes: 0x, 0o, 0b, and a leading 0 for octal. The result is an integer node, or
/// nothing when the text is no such literal or lies beyond uint64.
std::optional<Node> parse_integer_literal(std::string_view text);

/// As fmt prints a float64: "1000", "1.1", "1e+06", "1e-05", "+Inf", "NaN".
std::string to_go_text(double value);

/// As encoding/json prints it: an exponent only below 1e-6 and from 1e21.
std::string to_json_number(double value);
/// The same for a float32, with the digits that single one out.
std::string to_json_number(float value);

/// What fmt.Sprint makes of a scalar; "<nil>" for null. Lists and maps give "".
std::string to_go_text(const Node& scalar);

}  // namespace stackd::compose
