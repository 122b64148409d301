// Readers of the other streams: pull reports, frames of output; and the archive that goes the other way.
#include <doctest/doctest.h>

#include "engine/docker_frames.h"
#include "engine/docker_pull.h"
#include "engine/docker_tar.h"
#include "recorded.h"

namespace stackd::engine {
namespace {

std::string text_of(const std::string& bytes, std::size_t step, bool errors) {
  FrameReader reader;
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    Result<std::vector<FramePart>> parts = reader.feed(std::string_view(bytes).substr(at, step));
    REQUIRE(parts.ok());
    for (const FramePart& part : *parts) {
      if (part.error_stream == errors) text += part.text;
    }
  }
  return text;
}

TEST_CASE("frames of a recorded exec give both streams, wherever the bytes are cut") {
  const std::string bytes = recorded("20.10/exec_output.bin");
  for (const std::size_t step : {1U, 3U, 8U, 1000U}) {
    CHECK(text_of(bytes, step, false) == "out\n");
    CHECK(text_of(bytes, step, true) == "err\n");
  }
}

TEST_CASE("bytes that are no frames are an error") {
  FrameReader framed;
  CHECK_FALSE(framed.feed("plain text").ok());
}

TEST_CASE("a pull reports what changed, not every byte") {
  for (const std::string version : {"20.10/", "28.5/"}) {
    PullReader reader;
    const std::vector<std::string> progress = reader.feed(recorded(version + "pull.ndjson"));
    REQUIRE(progress.size() == 9);
    CHECK(progress.front().find("Pulling from") != std::string::npos);
    CHECK(progress.back().find("Status: Downloaded newer image") == 0);
    CHECK(reader.finish().ok());
  }
}

TEST_CASE("a pull that fails on the way is an error in the engine's words") {
  PullReader corrupt;
  corrupt.feed(recorded("20.10/pull_corrupt.ndjson"));
  REQUIRE_FALSE(corrupt.finish().ok());
  CHECK(corrupt.finish().error().message.find("verification failed") != std::string::npos);
  CHECK(corrupt.finish().error().kind == ErrorKind::unavailable);

  PullReader podman;
  podman.feed("{\"error\":\"manifest unknown: x\"}\n");
  CHECK(podman.finish().error().kind == ErrorKind::not_found);

  PullReader cut;
  cut.feed("{\"status\":\"Pulling\"}\n{\"stat");
  CHECK_FALSE(cut.finish().ok());
  CHECK_FALSE(PullReader().finish().ok());
}

TEST_CASE("a reference without a tag pulls latest, never every tag") {
  CHECK(pull_target("redis").repository == "redis");
  CHECK(pull_target("redis").tag == "latest");
  CHECK(pull_target("host:5000/a/b").tag == "latest");
  CHECK(pull_target("host:5000/a/b:7").repository == "host:5000/a/b");
  CHECK(pull_target("host:5000/a/b:7").tag == "7");
  CHECK(pull_target("a:1@sha256:00").repository == "a");
  CHECK(pull_target("a:1@sha256:00").tag == "sha256:00");
}

TEST_CASE("a file becomes an archive of whole blocks with a right checksum") {
  ContainerFile file;
  file.path = "/run/secrets/token";
  file.content = "geheim";
  file.mode = 0400;
  file.uid = 1000;
  Result<std::string> archive = tar_of(file);
  REQUIRE(archive.ok());
  CHECK(archive->size() == 4 * 512);
  CHECK(archive->substr(0, 17) == "run/secrets/token");
  CHECK(archive->substr(100, 7) == "0000400");
  CHECK(archive->substr(108, 7) == "0001750");
  CHECK(archive->substr(124, 11) == "00000000006");
  CHECK(archive->substr(257, 5) == "ustar");
  CHECK(archive->substr(512, 6) == "geheim");
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < 512; ++i) {
    sum += i >= 148 && i < 156 ? 32U : static_cast<unsigned char>((*archive)[i]);
  }
  CHECK(std::stoull(archive->substr(148, 6), nullptr, 8) == sum);
}

TEST_CASE("a path that ustar can't hold is an error, a long one is split") {
  ContainerFile file;
  file.path = "/" + std::string(80, 'a') + "/" + std::string(80, 'b');
  Result<std::string> archive = tar_of(file);
  REQUIRE(archive.ok());
  CHECK(archive->substr(0, 80) == std::string(80, 'b'));
  CHECK(archive->substr(345, 80) == std::string(80, 'a'));
  file.path = "/" + std::string(300, 'a');
  CHECK_FALSE(tar_of(file).ok());
  file.path = "/";
  CHECK_FALSE(tar_of(file).ok());
}

}  // namespace
}  // namespace stackd::engine
