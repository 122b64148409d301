#include "decide/keep/dialect.h"

#include <doctest/doctest.h>

#include "decide/replace/compare.h"
#include "model/identity.h"
#include "unit/decide/world.h"

using namespace stackd;
using namespace stackd::decide;
using stackd::decide::testing::World;

TEST_CASE("a project of Compose 5 keeps that version, also when only its volumes are left") {
  World world;
  world.service("db");
  CHECK(compose_version_of(world.observed).empty());
  world.observed.volumes["shop_data"].labels[std::string(label::version)] = "2.40.3";
  CHECK(compose_version_of(world.observed).empty());
  world.observed.volumes["shop_more"].labels[std::string(label::version)] = "5.1.0";
  CHECK(compose_version_of(world.observed) == "5.1.0");
  CHECK(std::get<CreateContainer>(world.plan().steps.front().action).compose_version == "5.1.0");
}

TEST_CASE("a container with the hash of either dialect is right") {
  World world;
  world.service("db").hash_texts[HashDialect::v5] = {"{\"five\":true}"};
  world.settle();
  const Service& db = world.stack.services.at("db");
  const auto none = [](std::string_view) { return std::string(); };
  CHECK(must_be_replaced(world.state(), db, world.of("db")).empty());
  world.of("db").config_hash = config_hash(db, none, HashDialect::v5);
  CHECK(must_be_replaced(world.state(), db, world.of("db")).empty());
  world.of("db").config_hash = "other";
  CHECK_FALSE(must_be_replaced(world.state(), db, world.of("db")).empty());
}

TEST_CASE("a container of a Compose whose hash is not known is not said to be changed") {
  World world;
  world.service("db").hash_texts[HashDialect::v2_26] = {"{\"devices\":[\"/a\"]}", false};
  world.settle();
  ObservedContainer& db = world.of("db");
  const auto why = [&](const std::string& version) {
    db.labels[std::string(label::version)] = version;
    return must_be_replaced(world.state(), world.stack.services.at("db"), db);
  };
  db.config_hash = "other";
  for (const char* version : {"2.20.2", "v2.20.2", "2.28.1"})
    CHECK(why(version).find("it can't be told whether its configuration changed: Docker Compose") == 0);
  for (const char* version : {"2.40.3", "2.30.3", "5.1.0", ""})
    CHECK(why(version) == "its configuration changed");
  db.config_hash = config_hash(
      world.stack.services.at("db"), [](auto) { return ""; }, HashDialect::v2_26);
  CHECK(why("2.28.1").empty());
}

TEST_CASE("the version of Compose says what it hashes") {
  CHECK(dialect_of("1.29.2") == HashDialect::older);
  CHECK(dialect_of("2.23.3") == HashDialect::older);
  CHECK(dialect_of("2.24.0") == HashDialect::v2_24);
  CHECK(dialect_of("2.26.1") == HashDialect::v2_26);
  CHECK(dialect_of("2.26.1-4") == HashDialect::v2_26);
  CHECK(dialect_of("2.29.2") == HashDialect::v2_26);
  CHECK(dialect_of("v2.29.3") == HashDialect::v2_29);
  CHECK(dialect_of("2.30.1") == HashDialect::v2_29);
  CHECK(dialect_of("2.30.3") == HashDialect::v2_30);
  CHECK(dialect_of("2.33.1-desktop.1") == HashDialect::v2_32);
  CHECK(dialect_of("2.35.0") == HashDialect::v2_34);
  CHECK(dialect_of("2.40.3-3") == HashDialect::v2);
  CHECK(dialect_of("5.0.0") == HashDialect::v5);
  CHECK(dialect_of("dev") == HashDialect::v2);
}
