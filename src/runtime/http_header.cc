#include "runtime/http_header.h"

#include <algorithm>

#include "base/text.h"

namespace stackd::runtime {

std::string_view find_header(const std::vector<HttpHeader>& headers, std::string_view name) {
  const std::string wanted = to_lower(name);
  for (const HttpHeader& header : headers) {
    if (to_lower(header.name) == wanted) return header.value;
  }
  return {};
}

bool is_safe_header(const HttpHeader& header) {
  const auto breaks_line = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
  return !header.name.empty() && std::none_of(header.name.begin(), header.name.end(), breaks_line) &&
         header.name.find(':') == std::string::npos &&
         std::none_of(header.value.begin(), header.value.end(), breaks_line);
}

}  // namespace stackd::runtime
