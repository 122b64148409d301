// Runs one target over kept inputs, in the place of a fuzzer: every file below the folders given, whole and
// cut off at each byte, as a broken connection or a full disk leaves it. Ends with 1 when there is none.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz.h"

namespace {

constexpr std::size_t cut_bytes_max = 2048;

void run(const std::string& bytes, std::size_t length) {
  // A block of its own, so that a sanitizer sees every read beyond the end.
  const std::vector<std::uint8_t> input(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
  LLVMFuzzerTestOneInput(input.data(), input.size());
}

void run_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  run(bytes, bytes.size());
  if (bytes.size() > cut_bytes_max) return;
  for (std::size_t length = 0; length < bytes.size(); ++length) run(bytes, length);
}

}  // namespace

int main(int count, char** arguments) {
  int files = 0;
  for (int i = 1; i < count; ++i) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(arguments[i])) {
      if (!entry.is_regular_file()) continue;
      std::printf("%s\n", entry.path().c_str());
      std::fflush(stdout);
      run_file(entry.path());
      ++files;
    }
  }
  return files > 0 ? 0 : 1;
}
