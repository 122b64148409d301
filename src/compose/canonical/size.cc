#include "compose/canonical/size.h"

#include <cmath>
#include <limits>

#include "base/text.h"
#include "compose/read/go_number.h"

namespace stackd::compose {

Result<std::int64_t> parse_size(std::string_view text) {
  const Error invalid{ErrorKind::invalid, quote(text) + " is no size"};
  const std::size_t last = text.find_last_of("0123456789. ");
  if (last == std::string_view::npos) return invalid;
  const std::string_view number = text[last] == ' ' ? text.substr(0, last) : text.substr(0, last + 1);
  const std::string unit = to_lower(text.substr(last + 1));
  const std::optional<double> amount = parse_real(number);
  if (!amount || *amount < 0 || std::isnan(*amount)) return invalid;

  double factor = 1;
  if (!unit.empty() && unit != "b") {
    const std::size_t power = std::string_view("kmgtp").find(unit.front());
    const std::string_view rest = std::string_view(unit).substr(1);
    if (power == std::string_view::npos || !(rest.empty() || rest == "b" || rest == "ib")) return invalid;
    factor = std::pow(1024.0, static_cast<double>(power + 1));
  }
  const double bytes = *amount * factor;
  constexpr double limit = 9.2e18;
  if (bytes > limit) return Error{ErrorKind::invalid, quote(text) + " is too large"};
  return static_cast<std::int64_t>(bytes);
}

}  // namespace stackd::compose
