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
  world.service("db").hash_text_v5 = "{\"five\":true}";
  world.settle();
  const Service& db = world.stack.services.at("db");
  const auto none = [](std::string_view) { return std::string(); };
  CHECK(must_be_replaced(world.state(), db, world.of("db")).empty());
  world.of("db").config_hash = config_hash(db, none, HashDialect::v5);
  CHECK(must_be_replaced(world.state(), db, world.of("db")).empty());
  world.of("db").config_hash = "other";
  CHECK_FALSE(must_be_replaced(world.state(), db, world.of("db")).empty());
}
