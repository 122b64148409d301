// The syntax of .env, env_file and label_file, with the results of Compose, oddities included: a second
// statement after a closing quote, a name without a value that inherits, a last line without its end.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "compose/read/substitute.h"

namespace stackd::compose {

struct Variable {
  std::string name;
  std::string value;
};

/// What a file sets, each name once, in the order of their first mention.
class Variables {
 public:
  void set(const std::string& name, std::string value);
  [[nodiscard]] std::optional<std::string> find(const std::string& name) const;
  [[nodiscard]] const std::vector<Variable>& all() const { return all_; }

 private:
  std::vector<Variable> all_;
  std::unordered_map<std::string, std::size_t> index_;  // only to find
};

struct DotenvError {
  int line = 0;  // 1-based
  std::string message;
};

/// Adds to `variables`. Interpolation asks `lookup` first, then what was read so far. The first error ends
/// the reading.
std::optional<DotenvError> read_dotenv(std::string_view text, const Lookup& lookup, Variables& variables,
                                       UnsetNames& unset);

/// The rules of `docker run --env-file`: no quotes, no interpolation; a name alone inherits from `lookup`.
std::optional<DotenvError> read_raw_env(std::string_view text, const Lookup& lookup, Variables& variables);

}  // namespace stackd::compose
