// Ports and mounts in the short syntax.
#include "compose/canonical/mount.h"
#include "compose/canonical/port.h"
#include "fuzz.h"

using namespace stackd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  if (const auto ports = compose::parse_port(text, {})) {
    for (const compose::Node& port : *ports) STACKD_CHECK(port.find("protocol") != nullptr);
  }
  if (const auto mount = compose::parse_mount(text)) STACKD_CHECK(compose::to_node(*mount, {}).is_map());
  return 0;
}
