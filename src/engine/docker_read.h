// Docker's answers → what was observed. Pure; every function takes the body of an answer as it came.
// Nothing is chosen here: what the engine says stands side by side.
// Errors: invalid, naming the key that is wrong.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"

namespace stackd::engine {

struct EngineVersion {
  std::string version;
  std::string api_newest;
  std::string api_oldest;  // "" when the engine says none
  std::string os;
  std::string architecture;
};

Result<EngineVersion> read_version(std::string_view body);

Result<std::vector<ContainerSummary>> read_container_list(std::string_view body);
/// What the listed containers publish on the host.
Result<std::vector<TakenPort>> read_published_ports(std::string_view body);
/// The folder of the engine's data, from its answer about itself.
Result<std::string> read_root_folder(std::string_view body);
Result<ObservedContainer> read_container(std::string_view body);
/// Is its output a terminal's, without frames?
Result<bool> read_container_tty(std::string_view body);
/// "json-file", "none" …
Result<std::string> read_container_log_driver(std::string_view body);

Result<std::vector<ObservedNetwork>> read_network_list(std::string_view body);
Result<ObservedNetwork> read_network(std::string_view body);

Result<std::vector<ObservedVolume>> read_volume_list(std::string_view body);
Result<ObservedVolume> read_volume(std::string_view body);

Result<ObservedImage> read_image(std::string_view body);

Result<ExecState> read_exec(std::string_view body);

/// The id in the answer to a create call.
Result<std::string> read_id(std::string_view body);

}  // namespace stackd::engine
