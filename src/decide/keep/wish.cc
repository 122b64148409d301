#include "decide/keep/wish.h"

#include "base/mutation.h"
#include "decide/picture/order.h"
#include "decide/replace/gate.h"

namespace stackd::decide {
namespace {

// A stop by name outlasts a deploy, but for a job: a stop ends one run of it, and does not forbid it to the
// next release, which could not go live without it.
bool passes(const Stack& stack, const std::string& name, ServiceStop stop) {
  const auto service = stack.services.find(name);
  const bool of_job = service != stack.services.end() && is_job(stack, service->second);
  return stop != ServiceStop::person || of_job;
}

void leave_rest_down(Wishes& wishes, const Stack& stack, const std::set<std::string>& asked) {
  if (mutated("a-part-starts-the-whole")) return;
  for (const auto& [name, service] : stack.services) {
    if (asked.count(name) == 0) wishes.stopped.emplace(name, ServiceStop::rest);
  }
}

void only_make(Wishes& wishes, const std::set<std::string>& services) {
  for (const std::string& name : services) {
    const auto stop = wishes.stopped.find(name);
    if (stop == wishes.stopped.end() || stop->second == ServiceStop::rest)
      wishes.stopped[name] = ServiceStop::made;
  }
}

}  // namespace

std::set<std::string> asked_services(const Stack& stack, const std::vector<std::string>& named) {
  if (!named.empty()) return with_dependencies(stack, named);
  std::set<std::string> all;
  for (const auto& [name, service] : stack.services) all.insert(name);
  return all;
}

std::set<std::string> named_services(const Stack& stack, const std::vector<std::string>& named) {
  return named.empty() ? std::set<std::string>() : asked_services(stack, named);
}

std::set<std::string> wanted_services(const Wishes& after, const Stack& stack,
                                      const std::set<std::string>& asked) {
  if (!asked.empty()) return asked;
  std::set<std::string> wanted;
  for (const auto& [name, service] : stack.services) {
    if (after.stopped.count(name) == 0) wanted.insert(name);
  }
  return wanted;
}

Wishes wishes_after_start(const Wishes& before, const Stack& stack, const std::vector<std::string>& named) {
  Wishes after = before;
  after.stack = StackWish::running;
  after.remove_volumes = false;
  if (named.empty()) {
    after.stopped.clear();
    after.ended.clear();
    return after;
  }
  const bool was_up = before.stack == StackWish::running;
  const std::set<std::string> asked = asked_services(stack, named);
  if (!was_up) leave_rest_down(after, stack, asked);
  for (const std::string& name : asked) {
    const auto stop = after.stopped.find(name);
    if (stop == after.stopped.end()) continue;
    const bool of_before = stop->second == ServiceStop::rest || stop->second == ServiceStop::made;
    if (!was_up || of_before) after.stopped.erase(stop);
  }
  for (const std::string& name : named) {
    after.stopped.erase(name);
    after.ended.erase(name);
  }
  return after;
}

Wishes wishes_after_deploy(const Wishes& before, const Stack& stack, const DeployScope& scope, bool is_up) {
  Wishes after = before;
  after.remove_volumes = false;
  const std::set<std::string> asked = asked_services(stack, scope.services);
  if (!scope.start && !is_up && !mutated("no-start-starts")) {
    after.stack = StackWish::created;
    only_make(after, asked);
    leave_rest_down(after, stack, asked);
    return after;
  }
  after.stack = StackWish::running;
  const bool all = scope.services.empty();
  if (!all && !is_up) leave_rest_down(after, stack, asked);
  std::erase_if(after.stopped, [&](const auto& stop) {
    return (all || asked.count(stop.first) > 0) && passes(stack, stop.first, stop.second);
  });
  std::erase_if(after.ended, [&](const std::string& name) { return all || asked.count(name) > 0; });
  return after;
}

std::set<std::string> left_down(const Wishes& wishes) {
  std::set<std::string> found;
  for (const auto& [name, stop] : wishes.stopped) {
    if (stop == ServiceStop::rest || stop == ServiceStop::made) found.insert(name);
  }
  return found;
}

std::set<std::string> left_out_of_gate(const Wishes& wishes, const Stack& stack, const DeployScope& scope) {
  std::set<std::string> found = left_down(wishes);
  for (const auto& [name, stop] : wishes.stopped) {
    const auto service = stack.services.find(name);
    if (service != stack.services.end() && is_job(stack, service->second)) found.insert(name);
  }
  const std::set<std::string> asked = asked_services(stack, scope.services);
  for (const auto& [name, service] : stack.services) {
    if (asked.count(name) == 0) found.insert(name);
  }
  return found;
}

std::set<std::string> jobs_left_alone(const Stack& stack, const Learnt& before, const DeployScope& scope) {
  std::set<std::string> found;
  const std::set<std::string> asked = asked_services(stack, scope.services);
  for (const auto& [name, run] : before.jobs) {
    const auto job = stack.services.find(name);
    const bool there = job != stack.services.end() && is_job(stack, job->second);
    if (there && asked.count(name) == 0 && run.state == JobState::succeeded) found.insert(name);
  }
  return found;
}

Wishes wishes_in_gate(const Wishes& before, const Wishes& after_deploy, const Stack& view) {
  Wishes during = before;
  during.stack = after_deploy.stack;
  during.stopped = after_deploy.stopped;
  const std::set<std::string> needed = needed_by_jobs(view);
  for (const auto& [name, stop] : before.stopped) {
    if (needed.count(name) == 0) during.stopped.emplace(name, stop);
  }
  std::erase_if(during.ended, [&](const std::string& name) { return needed.count(name) > 0; });
  return during;
}

}  // namespace stackd::decide
