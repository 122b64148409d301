#include "runtime/http_client.h"

#include "base/text.h"

namespace stackd::runtime {

std::string_view find_header(const std::vector<HttpHeader>& headers, std::string_view name) {
  const std::string wanted = to_lower(name);
  for (const HttpHeader& header : headers) {
    if (to_lower(header.name) == wanted) return header.value;
  }
  return {};
}

}  // namespace stackd::runtime
