// One line of an HTTP header, as both the client and the server hand it over.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stackd::runtime {

struct HttpHeader {
  std::string name;  // in what was received in lower case
  std::string value;

  friend bool operator==(const HttpHeader&, const HttpHeader&) = default;
};

/// The first header of this name, whatever its case; "" when there is none.
std::string_view find_header(const std::vector<HttpHeader>& headers, std::string_view name);

/// No line ends and no NUL in it: nothing that would let a value become a header of its own.
bool is_safe_header(const HttpHeader& header);

}  // namespace stackd::runtime
