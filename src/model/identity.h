// The names and labels that stackd and Compose put on Docker objects; the only place that spells them.
// Authority: the Compose Specification and Docker Compose 2.40.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace stackd::label {

inline constexpr std::string_view project = "com.docker.compose.project";
inline constexpr std::string_view service = "com.docker.compose.service";
inline constexpr std::string_view config_hash = "com.docker.compose.config-hash";
inline constexpr std::string_view container_number = "com.docker.compose.container-number";
inline constexpr std::string_view oneoff = "com.docker.compose.oneoff";
inline constexpr std::string_view version = "com.docker.compose.version";
inline constexpr std::string_view image = "com.docker.compose.image";
inline constexpr std::string_view depends_on = "com.docker.compose.depends_on";
inline constexpr std::string_view working_dir = "com.docker.compose.project.working_dir";
inline constexpr std::string_view config_files = "com.docker.compose.project.config_files";
inline constexpr std::string_view environment_file = "com.docker.compose.project.environment_file";
inline constexpr std::string_view slug = "com.docker.compose.slug";
inline constexpr std::string_view replace = "com.docker.compose.replace";
inline constexpr std::string_view hook = "com.docker.compose.hook";
inline constexpr std::string_view network = "com.docker.compose.network";
inline constexpr std::string_view volume = "com.docker.compose.volume";
/// The value of `hook` on the container of a pre_start hook.
inline constexpr std::string_view pre_start = "pre_start";
/// Ours. Decisions never use them: they tell a person who looks with `docker inspect`.
inline constexpr std::string_view release = "io.stackd.release";
inline constexpr std::string_view role = "io.stackd.role";

/// The Compose version whose hashes and labels we write.
inline constexpr std::string_view compose_version = "2.40.3";

}  // namespace stackd::label

namespace stackd {

/// `<project>-<service>-<number>`, or the service's own container_name when that is not empty.
std::string container_name(std::string_view project, std::string_view service, std::string_view own_name,
                           std::int64_t number);

/// `<first 12 characters of the old id>_<name>`: a replacement beside its predecessor.
std::string replacement_name(std::string_view old_id, std::string_view name);

/// The first 12 characters, as people know ids.
std::string short_id(std::string_view id);

}  // namespace stackd
