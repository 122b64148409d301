#include "engine/docker_frames.h"

#include <algorithm>

namespace stackd::engine {
namespace {

constexpr std::size_t header_bytes = 8;
constexpr unsigned char error_stream_number = 2;

std::uint32_t length_in(const std::string& header) {
  std::uint32_t length = 0;
  for (std::size_t i = 4; i < header_bytes; ++i) {
    length = (length << 8U) | static_cast<unsigned char>(header[i]);
  }
  return length;
}

}  // namespace

Result<std::vector<LogChunk>> FrameReader::feed(std::string_view bytes) {
  std::vector<LogChunk> chunks;
  if (raw_) {
    if (!bytes.empty()) chunks.push_back(LogChunk{.error_stream = false, .text = std::string(bytes)});
    return chunks;
  }
  while (!bytes.empty()) {
    if (left_ == 0) {
      const std::size_t missing = std::min(header_bytes - header_.size(), bytes.size());
      header_ += bytes.substr(0, missing);
      bytes.remove_prefix(missing);
      if (header_.size() < header_bytes) break;
      const auto stream = static_cast<unsigned char>(header_[0]);
      if (stream > error_stream_number || header_.substr(1, 3) != std::string(3, '\0')) {
        return Error{ErrorKind::invalid, "output of a container: its frames make no sense"};
      }
      error_stream_ = stream == error_stream_number;
      left_ = length_in(header_);
      header_.clear();
      continue;
    }
    const std::size_t taken = std::min<std::size_t>(left_, bytes.size());
    chunks.push_back(LogChunk{.error_stream = error_stream_, .text = std::string(bytes.substr(0, taken))});
    bytes.remove_prefix(taken);
    left_ -= static_cast<std::uint32_t>(taken);
  }
  return chunks;
}

}  // namespace stackd::engine
