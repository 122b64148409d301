#include "decide/keep/inherit.h"

#include <doctest/doctest.h>

#include "unit/decide/world.h"

using namespace stackd;
using namespace stackd::decide;
using stackd::decide::testing::World;

namespace {

Mount volume(const std::string& source, const std::string& target) {
  Mount mount;
  mount.type = MountType::volume;
  mount.source = source;
  mount.target = target;
  return mount;
}

const ObservedMount image_data{"volume", "aaaa", "/host/a", "/data", true};
const ObservedMount own_cache{"volume", "bbbb", "/host/b", "/cache", true};
const ObservedMount named{"volume", "shop_db", "/host/c", "/db", true};
const ObservedMount memory{"tmpfs", "", "", "/run", true};

}  // namespace

TEST_CASE("a container leaves its volumes without a name, and those that the files name no more") {
  Service service;
  service.mounts = {volume("", "/cache"), volume("db", "/db")};
  ObservedContainer container;
  container.mounts = {image_data, own_cache, named, memory};
  const std::vector<ObservedMount> left = anonymous_volumes_of(service, container);
  REQUIRE(left.size() == 2);
  CHECK(left.at(0).name == "aaaa");
  CHECK(left.at(1).name == "bbbb");
}

TEST_CASE("a successor takes over what its image or the files have a place for") {
  Service service;
  service.mounts = {volume("", "/cache")};
  ObservedImage image;
  CHECK(taken_over(service, image, {image_data, own_cache}).size() == 1);
  image.volumes = {"/data"};
  CHECK(taken_over(service, image, {image_data, own_cache}).size() == 2);
  service.mounts.clear();
  CHECK(taken_over(service, image, {image_data, own_cache}).front().name == "aaaa");
}

TEST_CASE("who comes to a place finds what was left there") {
  World world;
  world.service("db");
  world.settle();
  world.of("db").mounts = {image_data};
  const Service& db = world.stack.services.at("db");
  CHECK(anonymous_volumes_for(world.state(), db, 1).size() == 1);
  CHECK(leaves_a_place(world.state(), world.of("db")));
  world.memory.anonymous_volumes[{"db", 1}] = {own_cache};
  CHECK(anonymous_volumes_for(world.state(), db, 1).front().name == "bbbb");
  world.observed.containers.clear();
  const Plan plan = world.plan();
  REQUIRE(plan.steps.size() == 1);
  CHECK(std::get<CreateContainer>(plan.steps.front().action).inherited.front().name == "bbbb");
  note_outcome(world.memory, plan.steps.front().action, {}, world.now, 0);
  CHECK(world.memory.anonymous_volumes.empty());
}

TEST_CASE("what is taken down or is one too many leaves nothing") {
  World world;
  world.service("db");
  world.settle();
  ObservedContainer second = world.of("db");
  second.id = "second";
  second.number = 2;
  CHECK_FALSE(leaves_a_place(world.state(), second));
  world.wishes.stack = StackWish::down;
  CHECK_FALSE(leaves_a_place(world.state(), world.of("db")));
}
