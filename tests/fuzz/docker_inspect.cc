// Docker's answers about things that exist.
#include "engine/docker_read.h"
#include "fuzz.h"

using namespace stackd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body = fuzz::as_text(data, size);
  static_cast<void>(engine::read_version(body));
  static_cast<void>(engine::read_container_list(body));
  static_cast<void>(engine::read_container(body));
  static_cast<void>(engine::read_container_tty(body));
  static_cast<void>(engine::read_network_list(body));
  static_cast<void>(engine::read_network(body));
  static_cast<void>(engine::read_volume_list(body));
  static_cast<void>(engine::read_volume(body));
  static_cast<void>(engine::read_image(body));
  static_cast<void>(engine::read_exec(body));
  static_cast<void>(engine::read_id(body));
  return 0;
}
