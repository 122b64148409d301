// A command written as one text.
#include "compose/canonical/command_line.h"

#include "fuzz.h"

using namespace stackd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  const auto line = compose::split_command_line(text);
  if (!line) return 0;
  STACKD_CHECK(line->cut_at == std::string_view::npos || line->cut_at < text.size());
  std::size_t bytes = 0;
  for (const std::string& word : line->words) bytes += word.size();
  STACKD_CHECK(bytes <= text.size());
  return 0;
}
