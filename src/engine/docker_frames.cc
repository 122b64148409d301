#include "engine/docker_frames.h"

#include <algorithm>

namespace stackd::engine {
namespace {

constexpr std::size_t header_bytes = 8;
constexpr unsigned char error_stream_number = 2;
constexpr unsigned char engine_number = 3;

std::uint32_t length_in(const std::string& header) {
  std::uint32_t length = 0;
  for (std::size_t i = 4; i < header_bytes; ++i) {
    length = (length << 8U) | static_cast<unsigned char>(header[i]);
  }
  return length;
}

}  // namespace

Result<void> FrameReader::read_header() {
  const auto stream = static_cast<unsigned char>(header_[0]);
  if (stream > engine_number || header_.substr(1, 3) != std::string(3, '\0')) {
    return Error{ErrorKind::invalid, "output of a container: its frames make no sense"};
  }
  part_ = FramePart{
      .error_stream = stream == error_stream_number, .from_engine = stream == engine_number, .begins = true};
  left_ = length_in(header_);
  header_.clear();
  return {};
}

Result<std::vector<FramePart>> FrameReader::feed(std::string_view bytes) {
  std::vector<FramePart> parts;
  while (!bytes.empty()) {
    if (left_ == 0) {
      const std::size_t missing = std::min(header_bytes - header_.size(), bytes.size());
      header_ += bytes.substr(0, missing);
      bytes.remove_prefix(missing);
      if (header_.size() < header_bytes) break;
      if (Result<void> read = read_header(); !read) return read.error();
      continue;
    }
    const std::size_t taken = std::min<std::size_t>(left_, bytes.size());
    left_ -= static_cast<std::uint32_t>(taken);
    part_.text = bytes.substr(0, taken);
    part_.ends = left_ == 0;
    bytes.remove_prefix(taken);
    parts.push_back(part_);
    part_.begins = false;
  }
  return parts;
}

}  // namespace stackd::engine
