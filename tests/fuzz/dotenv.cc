// .env files, in Compose's syntax and in Docker's.
#include "compose/read/dotenv.h"

#include "fuzz.h"

using namespace stackd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  const compose::Lookup lookup = [](const std::string& name) -> std::optional<std::string> {
    if (name == "A") return "a $B";
    return std::nullopt;
  };
  compose::Variables variables;
  compose::UnsetNames unset;
  if (const auto error = compose::read_dotenv(text, lookup, variables, unset)) STACKD_CHECK(error->line >= 1);
  compose::Variables raw;
  if (const auto error = compose::read_raw_env(text, lookup, raw)) STACKD_CHECK(error->line >= 1);
  return 0;
}
