// Columns of structure: JSON text and the value that it stands for. Unknown keys are passed over, so that a
// later version may add some; a text that is no such value gives internal, naming the column.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/release.h"

namespace stackd::store {

using Images = std::map<std::string, ImageRecord>;
using StoppedServices = std::map<std::string, ServiceStop>;

/// Moments stand as nanoseconds since 1970.
inline std::int64_t to_integer(WallTime time) {
  return time.time_since_epoch().count();
}
inline std::optional<std::int64_t> to_integer(std::optional<WallTime> time) {
  if (!time) return std::nullopt;
  return to_integer(*time);
}

std::string_view to_word(ServiceStop stop);
/// A word that is none of ours gives `person`.
ServiceStop stop_from(std::string_view word);

std::string to_column(const std::vector<std::string>& texts);
std::string to_column(const std::set<std::string>& texts);
std::string to_column(const StoppedServices& stops);
std::string to_column(const Images& images);
std::string to_column(const Fingerprints& fingerprints);
std::string to_column(const ReleaseSource& source);

// Each writes `value` only when the column can be read.
Result<void> from_column(std::string_view column, std::vector<std::string>& value);
Result<void> from_column(std::string_view column, std::set<std::string>& value);
Result<void> from_column(std::string_view column, StoppedServices& value);
Result<void> from_column(std::string_view column, Images& value);
Result<void> from_column(std::string_view column, Fingerprints& value);
Result<void> from_column(std::string_view column, ReleaseSource& value);

}  // namespace stackd::store
