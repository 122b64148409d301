// Bytes as text, RFC 4648.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace stackd {

/// The second form has "-" and "_", and its padding, as Docker wants it in headers.
std::string base64(std::string_view bytes);
std::string base64_url(std::string_view bytes);
/// Padding may be absent. Errors: invalid.
Result<std::string> from_base64(std::string_view text);

}  // namespace stackd
