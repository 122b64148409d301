// Precompiled for every file of the rooms that name it in meson.build: what nearly all of them include, so that
// it is read once a room and not once a file. Nothing may depend on it: each file includes what it uses, and a
// build with -Db_pch=false shows whether it does.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <compare>
#include <cstdint>
#include <deque>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>
