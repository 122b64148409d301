#include "compose/assemble/locate.h"

#include <array>

#include "base/text.h"
#include "compose/read/environment.h"
#include "compose/read/paths.h"

namespace stackd::compose {

namespace {

constexpr std::array<std::string_view, 4> file_names = {"compose.yaml", "compose.yml", "docker-compose.yml",
                                                        "docker-compose.yaml"};
constexpr std::array<std::string_view, 4> override_names = {"compose.override.yml", "compose.override.yaml",
                                                            "docker-compose.override.yml",
                                                            "docker-compose.override.yaml"};

std::optional<bool> parse_switch(std::string_view text) {
  for (const std::string_view yes : {"1", "t", "T", "TRUE", "true", "True"})
    if (text == yes) return true;
  for (const std::string_view no : {"0", "f", "F", "FALSE", "false", "False"})
    if (text == no) return false;
  return std::nullopt;
}

class Search {
 public:
  Search(const LoadOptions& options, const Files& files, Report& report)
      : options_(options), files_(files), report_(report) {}

  std::optional<Located> run();

 private:
  [[nodiscard]] std::string absolute(const std::string& path) const {
    return is_absolute(path) ? clean_path(path) : join_path(options_.current_directory, path);
  }
  [[nodiscard]] std::string directory() const;
  [[nodiscard]] std::string variable(const std::string& name) const;
  void read_env_files();
  bool default_env_file();
  void files_of_variable();
  void search_upwards();
  [[nodiscard]] std::vector<std::string> present(const std::string& folder,
                                                 const std::array<std::string_view, 4>& names) const;
  void take_first(const std::vector<std::string>& candidates);
  void find_profiles();

  const LoadOptions& options_;
  const Files& files_;
  Report& report_;
  Located located_;
};

std::string Search::directory() const {
  if (!options_.project_directory.empty()) return absolute(options_.project_directory);
  for (const NamedFile& file : located_.files)
    if (file.path != "-") return folder_of(file.path);
  return options_.current_directory;
}

std::string Search::variable(const std::string& name) const {
  const auto found = located_.environment.find(name);
  return found == located_.environment.end() ? std::string() : found->second;
}

/// The .env of the project folder, unless other files were asked for or there is to be none.
bool Search::default_env_file() {
  if (const auto found = options_.environment.find("COMPOSE_DISABLE_ENV_FILE");
      found != options_.environment.end()) {
    const std::optional<bool> disabled = parse_switch(found->second);
    if (!disabled) {
      report_.error("COMPOSE_DISABLE_ENV_FILE is " + quote(found->second), {}, "set it to true or false");
      return false;
    }
    if (*disabled) return true;
  }
  const std::string path = join_path(directory(), ".env");
  if (files_.kind(path) == FileKind::regular || files_.kind(path) == FileKind::other)
    add_env_files(located_.environment, {{path, {}}}, files_, report_);
  return !report_.failed();
}

void Search::read_env_files() {
  std::vector<std::string> names = options_.env_files;
  if (names.empty()) {
    const auto found = options_.environment.find("COMPOSE_ENV_FILES");
    if (found != options_.environment.end())
      for (std::string& name : split(found->second, ','))
        if (!name.empty()) names.push_back(std::move(name));
  }
  std::vector<NamedFile> named;
  for (const std::string& name : names) {
    located_.env_files.push_back(absolute(name));
    named.push_back({absolute(name), {}});
  }
  add_env_files(located_.environment, named, files_, report_);
}

void Search::files_of_variable() {
  const auto found = located_.environment.find("COMPOSE_FILE");
  if (found == located_.environment.end()) return;
  std::string separator = variable("COMPOSE_PATH_SEPARATOR");
  if (separator.empty()) separator = ":";
  std::string rest = found->second;
  while (true) {
    const std::size_t at = rest.find(separator);
    const std::string name = rest.substr(0, at);
    const std::string path = name == "-" ? name : absolute(name);
    if (name != "-" && files_.kind(path) == FileKind::absent)
      report_.error("COMPOSE_FILE names " + path + ", which does not exist", {});
    located_.files.push_back({path, {}});
    if (at == std::string::npos) return;
    rest.erase(0, at + separator.size());
  }
}

std::vector<std::string> Search::present(const std::string& folder,
                                         const std::array<std::string_view, 4>& names) const {
  std::vector<std::string> found;
  for (const std::string_view name : names) {
    std::string path = join_path(folder, name);
    if (files_.kind(path) != FileKind::absent) found.push_back(std::move(path));
  }
  return found;
}

void Search::take_first(const std::vector<std::string>& candidates) {
  if (candidates.empty()) return;
  if (candidates.size() > 1)
    report_.warning("several files fit: " + join(candidates, ", ") + "; taking " + candidates.front(), {});
  located_.files.push_back({candidates.front(), {}});
}

void Search::search_upwards() {
  for (std::string folder = directory();; folder = folder_of(folder)) {
    take_first(present(folder, file_names));
    if (!located_.files.empty()) return take_first(present(folder, override_names));
    if (folder == "/" || folder == ".") return;
  }
}

void Search::find_profiles() {
  located_.profiles = options_.profiles;
  if (!located_.profiles.empty()) return;
  for (const std::string& profile : split(variable("COMPOSE_PROFILES"), ',')) {
    if (!trim(profile).empty()) located_.profiles.emplace_back(trim(profile));
  }
}

std::optional<Located> Search::run() {
  located_.environment = options_.environment;
  located_.environment.emplace("PWD", options_.current_directory);
  for (const std::string& file : options_.files)
    located_.files.push_back({file == "-" ? file : absolute(file), {}});
  read_env_files();
  const bool own_env_files = !located_.env_files.empty();
  if (!own_env_files && !default_env_file()) return std::nullopt;
  if (located_.files.empty()) files_of_variable();
  if (located_.files.empty()) search_upwards();
  // The folder of the file that was found may have another .env.
  if (!own_env_files && !default_env_file()) return std::nullopt;
  if (located_.files.empty() && !report_.failed()) {
    report_.error("no configuration file provided: not found", {},
                  "there is no compose.yaml in " + directory() + " or above it; name one with -f");
  }
  located_.directory = directory();
  find_profiles();
  if (report_.failed()) return std::nullopt;
  return std::move(located_);
}

bool check_asked_name(const std::string& name, Report& report) {
  if (normalize_project_name(name) == name) return true;
  report.error("invalid project name " + quote(name), {},
               "only lower-case letters, digits, hyphens and underscores, starting with a letter or digit");
  return false;
}

}  // namespace

std::optional<Located> locate(const LoadOptions& options, const Files& files, Report& report) {
  if (!check_asked_name(options.project_name, report)) return std::nullopt;
  return Search(options, files, report).run();
}

std::string normalize_project_name(std::string_view name) {
  std::string result;
  for (const char c : to_lower(name)) {
    const bool separator = c == '_' || c == '-';
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (separator && !result.empty());
    if (allowed) result += c;
  }
  return result;
}

std::string find_project_name(const LoadOptions& options, const Located& located, Assembly& assembly) {
  Report& report = assembly.report();
  if (!options.project_name.empty()) return options.project_name;
  if (const auto found = located.environment.find("COMPOSE_PROJECT_NAME");
      found != located.environment.end() && !found->second.empty())
    return check_asked_name(found->second, report) ? found->second : std::string();
  const Node* written = nullptr;
  for (const NamedFile& file : located.files) {
    for (const Document& document : assembly.preview(file)) {
      const Node* name = document.root.find("name");
      if (name != nullptr && name->is_text() && !name->as_text().empty()) written = name;
    }
  }
  if (written == nullptr) {
    std::string name = normalize_project_name(last_name(located.directory));
    if (name.empty() && !report.failed())
      report.error("project name must not be empty: the folder " + located.directory + " gives none", {},
                   "add name: to the file, or use -p NAME");
    return name;
  }
  UnsetNames unset;
  Result<std::string> name = written->as_text();
  if (options.interpolate)
    name = substitute(written->as_text(), assembly.lookup_in(located.environment), unset);
  if (!name) {
    report.error("name: " + name.error().message, written->mark());
    return {};
  }
  std::string normal = options.normalize ? normalize_project_name(*name) : *name;
  if (normal.empty())
    report.error("project name must not be empty: " + quote(*name) + " has no letter or digit",
                 written->mark());
  return normal;
}

}  // namespace stackd::compose
