// ${VAR} in one text.
#include <algorithm>

#include "compose/read/substitute.h"
#include "fuzz.h"

using namespace stackd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  const compose::Lookup lookup = [](const std::string& name) -> std::optional<std::string> {
    if (name == "A") return "a value with $B and }";
    if (name == "E") return "";
    return std::nullopt;
  };
  compose::UnsetNames unset;
  const Result<std::string> result = compose::substitute(text, lookup, unset);
  const bool has_variables = text.find('$') != std::string_view::npos;
  STACKD_CHECK(has_variables || (result.ok() && *result == text && unset.empty()));
  return 0;
}
