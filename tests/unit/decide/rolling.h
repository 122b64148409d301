// One release in the place of another: how it begins, and how it goes well.
#pragma once

#include <stdexcept>

#include "decide/replace/conditions.h"
#include "unit/decide/world.h"

namespace stackd::decide::testing {

/// web, waited for by proxy, may run twice; worker may not.
inline World running() {
  World world;
  world.service("web").health_check = HealthCheck{false, {"CMD", "check"}};
  world.service("proxy");
  world.service("worker");
  world.needs("proxy", "web", DependencyCondition::healthy);
  world.settle();
  return world;
}

inline void roll(World& world, const std::string& service) {
  world.state();
  world.replace_release();
  ++world.target.desired.release;
  world.stack.services.at(service).hash_text = "{\"image\":\"" + service + ":2\"}";
}

inline void heal(World& world) {
  for (auto& [id, container] : world.observed.containers) {
    if (has_health_check(container)) container.health = HealthState::healthy;
  }
  world.learn_now();
}

// What rolls becomes healthy and stays so.
inline void renew(World& world) {
  for (int round = 0; round < 20; ++round) {
    world.obey();
    heal(world);
    world.pass(6s);
  }
}

inline ObservedContainer& successor(World& world, const std::string& service) {
  for (auto& [id, container] : world.observed.containers) {
    const Service& wanted = world.stack.services.at(service);
    if (container.service == service && must_be_replaced(world.state(), wanted, container).empty())
      return container;
  }
  throw std::runtime_error("no successor of " + service);
}

/// What the world desires, as another release that has run no job.
inline Target next_release(const World& world) {
  Target next = world.target;
  ++next.desired.release;
  next.learnt.jobs.clear();
  return next;
}

}  // namespace stackd::decide::testing
