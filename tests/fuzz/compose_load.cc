// A stack file through the whole loader and into a Stack, in a world where it is the only file.
#include "compose/bind/bind.h"
#include "compose/load.h"
#include "compose/read/files.h"
#include "fuzz.h"

using namespace stackd;

namespace {

class OneFile final : public compose::Files {
 public:
  explicit OneFile(std::string_view text) : text_(text) {}

  [[nodiscard]] compose::FileKind kind(const std::string& path) const override {
    if (path == "/p/compose.yaml") return compose::FileKind::regular;
    return path == "/p" || path == "/" ? compose::FileKind::folder : compose::FileKind::absent;
  }
  [[nodiscard]] bool is_symbolic_link(const std::string&) const override { return false; }
  [[nodiscard]] bool is_readable_by_everybody(const std::string&) const override { return false; }
  [[nodiscard]] Result<std::string> read(const std::string& path) const override {
    if (kind(path) == compose::FileKind::regular) return std::string(text_);
    return Error{ErrorKind::not_found, path};
  }
  [[nodiscard]] Result<std::string> real_path(const std::string& path) const override { return path; }
  [[nodiscard]] Result<std::vector<std::string>> list(const std::string&) const override {
    return std::vector<std::string>();
  }

 private:
  std::string_view text_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const OneFile files(fuzz::as_text(data, size));
  compose::LoadOptions options;
  options.current_directory = "/p";
  options.profiles = {"*"};
  options.environment = {{"TAG", "1"}, {"EMPTY", ""}};
  const compose::LoadResult loaded = compose::load(options, files);
  STACKD_CHECK(loaded.ok() == loaded.errors.empty());
  compose::to_text(loaded.errors);
  if (!loaded.ok()) return 0;
  const compose::BindResult bound = compose::bind(loaded.project->model, StackSource{});
  STACKD_CHECK(bound.ok() == bound.errors.empty());
  return 0;
}
