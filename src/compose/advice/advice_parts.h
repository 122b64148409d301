// What the advices share: the project that they look at, the places in it, and where they put their words.
// For advice*.cc only.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "compose/advice/advice.h"

namespace stackd::compose {

struct Advisor {
  const Project& project;
  const Stack& stack;
  const Files& files;
  std::vector<Advice> given;

  void say(const std::string& name, Mark mark, const std::string& message, const std::string& instead);
  void say(const std::string& name, Diagnostic diagnostic);

  /// Where the last key of the path is written; the nearest key above it that is.
  [[nodiscard]] Mark key_mark(std::initializer_list<std::string_view> path) const;
  /// The same of the value.
  [[nodiscard]] Mark value_mark(std::initializer_list<std::string_view> path) const;
};

/// A name that tells of a secret value: PASSWORD, TOKEN and the like; not of a file that holds it.
bool is_secret_name(std::string_view variable);

void advise_on_health(Advisor& advisor);
void advise_on_images(Advisor& advisor);
void advise_on_logs(Advisor& advisor);
void advise_on_stopping(Advisor& advisor);
void advise_on_writers(Advisor& advisor);
void advise_on_networks(Advisor& advisor);
void advise_on_secrets(Advisor& advisor);
void advise_on_env_files(Advisor& advisor);
void advise_on_missing_files(Advisor& advisor);
void advise_on_reloads(Advisor& advisor);

}  // namespace stackd::compose
