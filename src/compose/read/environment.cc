#include "compose/read/environment.h"

#include "compose/read/dotenv.h"

namespace stackd::compose {

namespace {

// Linux gives a program two megabytes of arguments and environment.
constexpr std::size_t env_file_bytes_max = std::size_t{4} * 1024 * 1024;

/// The one device that is read: "no variables", for who may not leave the file out.
bool is_null_device(const Files& files, const std::string& path) {
  if (files.kind(path) != FileKind::other) return false;
  const Result<std::string> real = files.real_path(path);
  return real && *real == "/dev/null";
}

}  // namespace

Result<std::string> read_env_text(const Files& files, const std::string& path) {
  if (is_null_device(files, path)) return std::string();
  Result<std::string> text = files.read(path);
  if (text && text->size() > env_file_bytes_max)
    return Error{ErrorKind::invalid,
                 path + ": is larger than " + std::to_string(env_file_bytes_max / 1024 / 1024) + " MiB"};
  return text;
}

void report_env_error(const std::string& path, int line, std::string message, Mark asked_at, Report& report) {
  auto source = std::make_shared<Source>();
  source->name = path;
  source->included_from = asked_at;
  report.error(std::move(message), {.source = source.get(), .line = line, .column = 1});
  report.keep(std::move(source));
}

void add_env_files(Environment& environment, const std::vector<NamedFile>& names, const Files& files,
                   Report& report) {
  Variables variables;
  const Lookup lookup = [&](const std::string& name) {
    const auto found = environment.find(name);
    return found == environment.end() ? variables.find(name) : std::optional(found->second);
  };
  for (const NamedFile& name : names) {
    const Result<std::string> text = read_env_text(files, name.path);
    if (!text) {
      const bool missing = text.error().kind == ErrorKind::not_found;
      report.error(missing ? "couldn't find env file: " + name.path : text.error().message, name.asked_at);
      continue;
    }
    UnsetNames unset;
    if (const auto error = read_dotenv(*text, lookup, variables, unset))
      report_env_error(name.path, error->line, error->message, name.asked_at, report);
    for (const std::string& missing : unset)
      report.warning(
          "the variable \"" + missing + "\" in " + name.path + " is not set, a blank string stands for it",
          name.asked_at);
  }
  for (const Variable& variable : variables.all()) environment.emplace(variable.name, variable.value);
}

}  // namespace stackd::compose
