// Text that others wrote, for a terminal.
#pragma once

#include <string>
#include <string_view>

namespace stackd {

/// Without what a terminal would act upon: escape sequences are left out, other control characters but tabs
/// become blanks.
std::string plain_text(std::string_view text);

}  // namespace stackd
