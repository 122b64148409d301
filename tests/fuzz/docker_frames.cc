// The frames of logs and exec, and a terminal's log, in any pieces.
#include "engine/docker_log.h"
#include "fuzz.h"

using namespace stackd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::as_text(data, size);
  engine::FrameReader whole;
  engine::FrameReader pieces;
  const bool well = whole.feed(bytes).ok();
  bool well_in_pieces = true;
  for (std::size_t i = 0; i < bytes.size() && well_in_pieces; i += 3)
    well_in_pieces = pieces.feed(bytes.substr(i, 3)).ok();
  STACKD_CHECK(well == well_in_pieces);
  for (const bool raw : {false, true}) {
    engine::LogReader log(raw);
    bool reads = true;
    for (std::size_t i = 0; i < bytes.size() && reads; i += 7) reads = log.feed(bytes.substr(i, 7)).ok();
    static_cast<void>(log.finish());
  }
  return 0;
}
