// Broken stack files with what is said about them: read the expectations as the person who made the mistake.
// With STACKD_ACCEPT=1 in the environment they are written anew.
#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "compose/bind/bind.h"
#include "compose/load.h"
#include "compose/read/files.h"

using namespace stackd;
using namespace stackd::compose;

namespace {

std::string read_all(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string without(std::string text, const std::string& folder) {
  for (std::size_t at = text.find(folder); at != std::string::npos; at = text.find(folder))
    text.replace(at, folder.size(), "FOLDER");
  return text;
}

std::string said_about(const std::filesystem::path& folder) {
  LoadOptions options;
  options.current_directory = folder.string();
  const LoadResult result = load(options, RealFiles());
  const std::vector<Diagnostic> errors = result.ok() ? bind(result.project->model, {}).errors : result.errors;
  return without(to_text(errors), folder.string()) + "\n";
}

}  // namespace

TEST_CASE("every mistake is shown at its place, with what to write instead") {
  const bool accept = std::getenv("STACKD_ACCEPT") != nullptr;
  std::size_t count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(STACKD_CASES) / "compose" / "errors")) {
    ++count;
    CAPTURE(entry.path().filename().string());
    const std::string said = said_about(entry.path());
    CHECK(said != "\n");
    if (accept) std::ofstream(entry.path() / "expected", std::ios::binary) << said;
    CHECK(read_all(entry.path() / "expected") == said);
  }
  CHECK(count >= 20);
}
