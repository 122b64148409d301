#include "sim/deploy_promises.h"

#include <algorithm>

#include "model/identity.h"

namespace stackd::sim {
namespace {

std::string deploy_id_in(const std::string& text, const std::string& before) {
  const std::size_t begin = std::string("deploy ").size();
  return text.substr(begin, text.find(before) - begin);
}

}  // namespace

void DeployPromises::said(const std::string& text) {
  if (text.rfind("deploy ", 0) != 0 || !around_.store) return;
  check_failed(text);
  check_live(text);
}

// A deploy that failed leaves the former release current, if that was ever live; what is live is not given
// up.
void DeployPromises::check_failed(const std::string& text) {
  if (end_refused_ && text.find(" is cancelled: the stack was ") != std::string::npos)
    oracle_.break_promise("an order that was refused gave up a deploy");
  const bool cancelled = text.find(" is cancelled") != std::string::npos;
  const bool failed =
      text.find(" is failed") != std::string::npos || text.find(" is reverted") != std::string::npos;
  if (!cancelled && !failed) return;
  const std::string id = deploy_id_in(text, " is ");
  const auto deploy = around_.store->deploy(id);
  if (!deploy || !*deploy || (*deploy)->former == 0 || around_.disks_full > 0) return;
  if (cancelled) return check_cancelled(**deploy);
  ++around_.marks["a deploy failed"];
  const std::string& name = oracle_.story().name();
  const auto stack = around_.store->stack(name);
  const auto former = around_.store->release(name, (*deploy)->former);
  const bool was_live = former && *former && (*former)->live_at;
  if (stack && *stack && was_live && (*stack)->current_release != (*deploy)->former)
    oracle_.break_promise("deploy " + id + " failed, and the former release " +
                          std::to_string((*deploy)->former) + " is not the current one");
}

void DeployPromises::check_cancelled(const Deploy& deploy) {
  const auto given_up = around_.store->release(deploy.stack, deploy.release);
  const bool was_live = given_up && *given_up && (*given_up)->live_at;
  if (was_live && deploy.release != deploy.former)
    oracle_.break_promise("a release that was live already was given up");
}

// A release whose page never answers as it must does not become live.
void DeployPromises::check_live(const std::string& text) {
  if (text.find(" is live") == std::string::npos) return;
  const std::string id = deploy_id_in(text, " is live");
  const auto deploy = around_.store->deploy(id);
  if (!deploy || !*deploy || !(*deploy)->start || !(*deploy)->services.empty()) return;
  const std::string& name = oracle_.story().name();
  const auto release = around_.store->release(name, (*deploy)->release);
  if (!release || !*release) return;
  if ((*deploy)->stack == name) emptied_ = false;
  const bool in_vain = (*release)->canonical.find("\"status\":418") != std::string::npos;
  if (in_vain) oracle_.break_promise("deploy " + id + " is live, and its page did not answer as it must");
  if ((*release)->canonical.find("\"verify\"") != std::string::npos)
    ++around_.marks["a release was verified"];
}

bool DeployPromises::is_gone() const {
  const auto stack = around_.store->stack(oracle_.story().name());
  return stack && !*stack;
}

bool DeployPromises::is_adopted() const {
  const std::string& name = oracle_.story().name();
  const auto stack = around_.store->stack(name);
  if (!stack || !*stack) return false;
  const auto release = around_.store->release(name, (*stack)->current_release);
  return release && *release && (*release)->source.kind == "adopt";
}

bool DeployPromises::rolls() const {
  const auto unfinished = around_.store->unfinished_deploys();
  return !unfinished || std::any_of(unfinished->begin(), unfinished->end(), [&](const Deploy& deploy) {
    return deploy.stack == oracle_.story().name();
  });
}

void DeployPromises::check_forgotten() {
  const std::string& name = oracle_.story().name();
  ++around_.marks["a stack was forgotten"];
  const auto releases = around_.store->releases(name, true);
  const auto deploys = around_.store->deploys(name, 1);
  const auto journal = around_.store->journal(name, 0, 1);
  if (!is_gone()) oracle_.break_promise("the stack was forgotten and is still in the store");
  if (releases && !releases->empty()) oracle_.break_promise("a release of a forgotten stack is left");
  if (deploys && !deploys->empty()) oracle_.break_promise("a deploy of a forgotten stack is left");
  if (journal && !journal->empty())
    oracle_.break_promise("the journal of a forgotten stack is left: " + journal->front().text);
}

void DeployPromises::happened(const Happening& happening) {
  const std::string mine = oracle_.story().name() + "_";
  if (happening.kind == HappeningKind::volume_removed && happening.name.rfind(mine, 0) == 0) emptied_ = true;
  if (happening.kind == HappeningKind::started && happening.order.hand == Hand::stackd)
    started(*happening.container);
}

// A release that a rollback made counts its jobs as done, unless what they had filled is gone.
void DeployPromises::started(const HostContainer& container) {
  const StackDraft& stack = oracle_.story().generations.front();
  if (container.seen.project != stack.name) return;
  const auto label = container.seen.labels.find(std::string(label::release));
  if (!stack.is_job(container.seen.service) || label == container.seen.labels.end() || !around_.store) return;
  const auto release = around_.store->release(stack.name, std::atoll(label->second.c_str()));
  if (!release || !*release || (*release)->copied_from == 0) return;
  if (emptied_)
    ++around_.marks["a rollback filled volumes that were emptied"];
  else
    oracle_.break_promise("the job " + container.seen.name + " ran for a release that a rollback made");
}

}  // namespace stackd::sim
