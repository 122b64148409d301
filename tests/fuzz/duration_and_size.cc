// Durations, moments and sizes as people and engines write them.
#include "base/time.h"
#include "compose/canonical/size.h"
#include "fuzz.h"

using stackd::fuzz::as_text;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(data, size);
  if (const auto duration = stackd::parse_duration(text)) {
    const auto again = stackd::parse_duration(stackd::to_go_string(*duration));
    STACKD_CHECK(again.ok() && *again == *duration);
    stackd::to_human(*duration);
  }
  if (const auto time = stackd::parse_rfc3339(text)) {
    const auto again = stackd::parse_rfc3339(stackd::to_rfc3339(*time));
    STACKD_CHECK(again.ok() && *again == *time);
  }
  if (const auto bytes = stackd::compose::parse_size(text)) {
    const auto again = stackd::compose::parse_size(std::to_string(*bytes));
    STACKD_CHECK(*bytes < 0 || again.ok());
  }
  return 0;
}
