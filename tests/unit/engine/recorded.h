// The answers that real engines gave, recorded beside the tests (tests/cases/docker/<version>/<name>).
#pragma once

#include <doctest/doctest.h>
#include <fstream>
#include <iterator>
#include <string>

namespace stackd::engine {

inline std::string recorded(const std::string& name) {
  std::ifstream file(std::string(STACKD_CASES) + "/docker/" + name, std::ios::binary);
  REQUIRE_MESSAGE(file, "no recording " << name);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace stackd::engine
