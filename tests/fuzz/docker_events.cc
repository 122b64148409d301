// The event stream: how the bytes are cut into pieces must not matter.
#include "engine/docker_events.h"

#include "fuzz.h"

using namespace stackd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::as_text(data, size);
  engine::EventReader whole;
  const auto at_once = whole.feed(bytes);

  engine::EventReader pieces;
  std::size_t events = 0;
  bool well = true;
  for (std::size_t i = 0; i < bytes.size() && well; i += 3) {
    const auto some = pieces.feed(bytes.substr(i, 3));
    well = some.ok();
    if (well) events += some->size();
  }
  STACKD_CHECK(well == at_once.ok());
  STACKD_CHECK(!well || events == at_once->size());
  return 0;
}
