// The index of a git repository.
#include "compose/read/git_index.h"

#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  stackd::compose::index_has(stackd::fuzz::as_text(data, size), "never/there");
  return 0;
}
