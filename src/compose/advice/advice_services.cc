// Advice on how services are kept: health checks, images, logs, stopping, volumes.
#include <algorithm>
#include <map>

#include "base/text.h"
#include "compose/advice/advice_parts.h"

namespace stackd::compose {
namespace {

bool is_writable_volume(const stackd::Mount& mount) {
  return mount.type == MountType::volume && !mount.read_only;
}

// Whether a pg_isready in the command names the host that it asks. Without one it asks the socket.
bool asks_socket_only(const std::vector<std::string>& test) {
  const std::string command = join(test, " ");
  const std::size_t at = command.find("pg_isready");
  if (at == std::string::npos) return false;
  return command.find("-h", at) == std::string::npos && command.find("PGHOST") == std::string::npos;
}

bool is_unstable(const std::string& image) {
  if (image.find('@') != std::string::npos) return false;
  const std::string name = image.substr(image.find_last_of('/') + 1);
  const std::size_t colon = name.find(':');
  return colon == std::string::npos || name.substr(colon) == ":latest";
}

std::string without_latest(const std::string& image) {
  constexpr std::string_view latest = ":latest";
  return ends_with(image, latest) ? image.substr(0, image.size() - latest.size()) : image;
}

bool is_bounded(const Logging& logging) {
  return logging.driver != "json-file" && !logging.driver.empty() ? true
                                                                  : logging.options.contains("max-size");
}

}  // namespace

void advise_on_health(Advisor& advisor) {
  for (const auto& [name, service] : advisor.stack.services) {
    if (service.health_check && asks_socket_only(service.health_check->test) &&
        !service.environment.contains("PGHOST")) {
      advisor.say("socket-health-check", advisor.value_mark({"services", name, "healthcheck", "test"}),
                  "this pg_isready asks the socket only, where the image's set-up already answers",
                  "add -h 127.0.0.1 to pg_isready");
    }
    for (const auto& [other, dependency] : service.depends_on) {
      auto found = advisor.stack.services.find(other);
      if (found == advisor.stack.services.end() || dependency.condition == DependencyCondition::completed)
        continue;
      const std::optional<HealthCheck>& check = found->second.health_check;
      // A check that names no test is the image's own.
      if (check && !check->disabled) continue;
      advisor.say(
          "no-health-check", advisor.key_mark({"services", name, "depends_on", other}),
          name + " waits for " + other + ", which has no health check: it counts as ready when it runs",
          "give " + other + " a healthcheck, and wait with condition: service_healthy");
    }
  }
}

void advise_on_images(Advisor& advisor) {
  for (const auto& [name, service] : advisor.stack.services) {
    if (service.builds || !is_unstable(service.image)) continue;
    advisor.say("latest-tag", advisor.value_mark({"services", name, "image"}),
                "image " + service.image + " may be another one at the next pull",
                "name a version: " + without_latest(service.image) + ":1.2.3");
  }
}

void advise_on_logs(Advisor& advisor) {
  const std::string bound = "options: {max-size: 10m, max-file: \"3\"}";
  std::vector<std::string> unwritten;
  for (const auto& [name, service] : advisor.stack.services) {
    if (!service.logging) {
      unwritten.push_back(name);
    } else if (!is_bounded(*service.logging)) {
      advisor.say("unbounded-log", advisor.key_mark({"services", name, "logging"}),
                  "the log of " + name + " grows without end", "add " + bound);
    }
  }
  if (unwritten.empty()) return;
  advisor.say("unbounded-log", advisor.key_mark({"services", unwritten.front()}),
              "nothing limits the logs of " + join(unwritten, ", ") + ", unless the engine's own settings do",
              "add logging: {driver: json-file, " + bound + "}");
}

void advise_on_stopping(Advisor& advisor) {
  for (const auto& [name, service] : advisor.stack.services) {
    const bool keeps_data = std::any_of(service.mounts.begin(), service.mounts.end(), is_writable_volume);
    if (!keeps_data || service.stop_grace_period || is_job(advisor.stack, service)) continue;
    advisor.say("short-stop", advisor.key_mark({"services", name}),
                name + " keeps data in a volume and is killed 10 seconds after it was asked to stop",
                "say how long it may take: stop_grace_period: 1m");
  }
}

// A mount of a single file keeps the file of before when an editor writes a new one in its place.
void advise_on_reloads(Advisor& advisor) {
  for (const auto& [name, service] : advisor.stack.services) {
    if (!service.extension.reload) continue;
    for (const stackd::Mount& mount : service.mounts) {
      if (mount.type != MountType::bind || advisor.files.kind(mount.source) != FileKind::regular) continue;
      advisor.say("reload-single-file", advisor.key_mark({"services", name, "x-stackd", "reload"}),
                  name + " mounts the file " + mount.source +
                      " by itself: a reload would not see its change, so " + name + " is replaced then",
                  "mount its folder instead");
    }
  }
}

void advise_on_writers(Advisor& advisor) {
  std::map<std::string, std::vector<std::string>> writers;  // by volume
  for (const auto& [name, service] : advisor.stack.services) {
    for (const stackd::Mount& mount : service.mounts) {
      if (!is_writable_volume(mount) || mount.source.empty()) continue;
      writers[mount.source].push_back(name);
      if (service.scale < 2) continue;
      advisor.say(
          "two-writers", advisor.key_mark({"services", name, "volumes"}),
          std::to_string(service.scale) + " containers of " + name + " write to volume " + mount.source,
          "make the volume read_only, or run one container");
    }
  }
  for (const auto& [volume, names] : writers) {
    if (names.size() < 2) continue;
    advisor.say("two-writers", advisor.key_mark({"services", names.back(), "volumes"}),
                "volume " + volume + " is written by " + join(names, " and "),
                "mount it with read_only: true where it is only read");
  }
}

}  // namespace stackd::compose
