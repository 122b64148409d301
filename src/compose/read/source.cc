#include "compose/read/source.h"

namespace stackd::compose {

Position Mark::position() const {
  if (source == nullptr) return {};
  return {.file = source->name, .line = line, .column = column};
}

std::string_view Source::line(int number) const {
  std::string_view rest = text;
  for (int at = 1; at < number; ++at) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return {};
    rest.remove_prefix(end + 1);
  }
  rest = rest.substr(0, rest.find('\n'));
  if (!rest.empty() && rest.back() == '\r') rest.remove_suffix(1);
  return rest;
}

}  // namespace stackd::compose
