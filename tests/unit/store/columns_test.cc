#include "store/columns.h"

#include <doctest/doctest.h>

#include "records.h"

namespace stackd::store {
namespace {

TEST_CASE("a source comes back whole, odd bytes of variables included") {
  ReleaseSource read;
  REQUIRE(from_column(to_column(full_source()), read));
  check_equal(read, full_source());
}

TEST_CASE("lists, stops, images and fingerprints come back whole") {
  std::vector<std::string> list;
  REQUIRE(from_column(to_column(std::vector<std::string>{"b", "a", ""}), list));
  CHECK(list == std::vector<std::string>{"b", "a", ""});

  StoppedServices stops;
  REQUIRE(from_column(to_column(full_stack("shop").stopped_services), stops));
  CHECK(stops == full_stack("shop").stopped_services);

  Images images;
  REQUIRE(from_column(to_column(full_release("shop").images), images));
  CHECK(images.at("web").digest == "nginx@sha256:02");

  Fingerprints fingerprints;
  REQUIRE(from_column(to_column(full_release("shop").fingerprints), fingerprints));
  CHECK(fingerprints == full_release("shop").fingerprints);
}

TEST_CASE("a column that makes no sense is internal and changes nothing") {
  for (const char* column :
       {"", "{", "[]", "7", R"({"list": 7})", R"({"list": [7]})", "{\"list\":[\"\\", "\x80"}) {
    std::vector<std::string> list = {"kept"};
    Result<void> read = from_column(column, list);
    CAPTURE(column);
    REQUIRE_FALSE(read);
    CHECK(read.error().kind == ErrorKind::internal);
    CHECK(list == std::vector<std::string>{"kept"});
  }
  for (const char* column : {R"({"web": 7})", R"({"web": {"id": []}})"}) {
    Images images;
    CHECK_FALSE(from_column(column, images));
  }
}

TEST_CASE("a key of a later version is passed over") {
  ReleaseSource read;
  REQUIRE(from_column(R"({"kind": "deploy", "branch": "main"})", read));
  CHECK(read.kind == "deploy");
}

}  // namespace
}  // namespace stackd::store
