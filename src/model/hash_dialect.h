// What of a service the versions of Compose put into its config-hash, and how they write it.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace stackd {

/// Compose's hash covers its own JSON of a service, and that depends on its version. Each dialect is that of
/// the versions from this one on; it is what the next one is, but for what is said here.
enum class HashDialect {
  older,      // before 2.24: not known
  v2_24,      // the cpus of deploy.resources are text, as it was written
  v2_26,      // depends_on counts; devices are texts, as they were written
  v2_29,      // 2.29.3: profiles count; devices that are asked for without a count have none
  v2_30,      // 2.30.2: a watch rule without a command shows none
  v2_32,      // the mode of a secret or config is a number
  v2_34,      // the priority of a network comes first, its driver_opts last
  v2,         // 2.36 to 2.40: create_host_path is shown when true
  v5,         // create_host_path is shown when false
  debian_13,  // a 2.26.1 with a later model: as v2_32, but depends_on and profiles count
};

/// Those beside v2 that can be written.
inline constexpr std::initializer_list<HashDialect> other_dialects = {
    HashDialect::v5,    HashDialect::debian_13, HashDialect::v2_34, HashDialect::v2_32,
    HashDialect::v2_30, HashDialect::v2_29,     HashDialect::v2_26, HashDialect::v2_24};

/// What a dialect hashes of one service.
struct HashText {
  std::string text;
  bool certain = true;  // false: it depends on how something was written, and the usual way was taken

  friend bool operator==(const HashText&, const HashText&) = default;
};

/// The dialect of whoever wrote this into the label com.docker.compose.version; v2 when it says nothing.
/// Debian's 2.26.1 can't be told from the other one.
HashDialect dialect_of(std::string_view compose_version);

}  // namespace stackd
