// The stream of a pull, and references to images.
#include "engine/docker_pull.h"

#include "fuzz.h"

using namespace stackd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::as_text(data, size);
  engine::PullReader whole;
  const auto at_once = whole.feed(bytes);

  engine::PullReader pieces;
  std::size_t lines = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 3) lines += pieces.feed(bytes.substr(i, 3)).size();
  STACKD_CHECK(lines == at_once.size());
  STACKD_CHECK(pieces.finish().ok() == whole.finish().ok());
  STACKD_CHECK(!engine::pull_target(bytes).tag.empty());
  return 0;
}
