#include "engine/seccomp.h"

#include <filesystem>
#include <fstream>

#include "base/json.h"
#include "base/text.h"

namespace stackd::engine {
namespace {

constexpr std::streamsize profile_bytes_max = std::streamsize{1} << 20U;

bool is_below(const std::filesystem::path& path, const std::filesystem::path& folder) {
  const std::filesystem::path relative = path.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

Result<std::string> read_profile(const std::string& written, const std::string& folder) {
  const std::string what = "seccomp profile " + quote(written);
  std::error_code failed;
  const std::filesystem::path root = std::filesystem::canonical(folder, failed);
  if (failed) return Error{ErrorKind::not_found, what + ": the folder " + folder + " is not there"};
  const std::filesystem::path path = std::filesystem::canonical(root / written, failed);
  if (failed) return Error{ErrorKind::not_found, what + " is not there"};
  if (!is_below(path, root)) {
    return Error{ErrorKind::invalid, what + " is outside " + folder + ": put it below the project's folder"};
  }
  if (!std::filesystem::is_regular_file(path, failed)) {
    return Error{ErrorKind::invalid, what + " is not a regular file"};
  }
  std::ifstream file(path, std::ios::binary);
  std::string text(static_cast<std::size_t>(profile_bytes_max), '\0');
  file.read(text.data(), profile_bytes_max);
  if (file.gcount() == profile_bytes_max || file.bad()) {
    return Error{ErrorKind::invalid, what + " can't be read or has more than 1 MiB"};
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  Result<json::value> profile = parse_json(text);
  if (!profile) return profile.error().while_doing(what);
  return to_text(*profile);
}

}  // namespace

std::string seccomp_path(const std::string& security_option) {
  constexpr std::string_view name = "seccomp";
  if (!starts_with(security_option, name) || security_option.size() <= name.size() + 1) return "";
  const char separator = security_option[name.size()];
  if (separator != '=' && separator != ':') return "";
  std::string value = security_option.substr(name.size() + 1);
  if (value == "unconfined" || value == "builtin" || starts_with(value, "{")) return "";
  return value;
}

Result<std::map<std::string, std::string>> read_seccomp_profiles(const Service& service,
                                                                 const std::string& folder) {
  std::map<std::string, std::string> profiles;
  for (const std::string& option : service.security_opt) {
    const std::string path = seccomp_path(option);
    if (path.empty()) continue;
    Result<std::string> profile = read_profile(path, folder);
    if (!profile) return profile.error();
    profiles[path] = std::move(*profile);
  }
  return profiles;
}

}  // namespace stackd::engine
