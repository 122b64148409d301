#include "cli/places.h"

#include <doctest/doctest.h>

#include "compose/load.h"
#include "support/memory_files.h"

using namespace stackd;

TEST_CASE("an obstacle is told with the line of the file that it is about") {
  test::MemoryFiles files;
  files.write("/app/compose.yaml",
              "services:\n"
              "  web.1:\n"
              "    image: nginx\n"
              "    ports:\n"
              "      - 80:80\n"
              "      - 443:443\n");
  compose::LoadOptions options;
  options.current_directory = "/app";
  compose::LoadResult loaded = compose::load(options, files);
  REQUIRE(loaded.ok());
  const auto placed = [&](const std::string& text) { return cli::with_places(*loaded.project, text); };
  const std::string first = placed("services.web.1.ports.1: port 443/tcp is taken by container x");
  CHECK(first.find("compose.yaml:6:9: services.web.1.ports.1: port 443/tcp") != std::string::npos);
  const std::string several =
      placed("2 obstacles:\n  - services.web.1.ports.0: port 80\n  - only 3 MiB are free in x: make room");
  CHECK(several.find("2 obstacles:\n  - ") == 0);
  CHECK(several.find("compose.yaml:5:9: services.web.1.ports.0: port 80\n  - only 3 MiB") !=
        std::string::npos);
  CHECK(placed("services.web.1.ports.7: port 80") == "services.web.1.ports.7: port 80");
  CHECK(placed("web failed with exit code 3") == "web failed with exit code 3");
  CHECK(placed("").empty());
}
