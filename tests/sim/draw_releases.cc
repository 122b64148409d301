// What the releases of a stack differ in, and how its processes behave.
#include <map>
#include <string>

#include "sim/draw.h"

namespace stackd::sim {

using namespace std::chrono_literals;

StackDraft changed(const StackDraft& before, std::size_t generation, Dice& dice) {
  StackDraft after = before;
  for (ServiceDraft& draft : after.services) {
    if (dice.once_in(2)) draft.generation = std::to_string(generation);
  }
  return after;
}

/// One service mounts a folder of configuration, which some releases change; half of the time it can take
/// that in while it runs.
void draw_folders(Story& story, Dice& dice) {
  const bool reloads = dice.once_in(2);
  std::string content = "0";
  for (std::size_t number = 0; number < story.generations.size(); ++number) {
    if (number > 0 && !dice.once_in(3)) content = std::to_string(number);
    for (ServiceDraft& draft : story.generations.at(number).services) {
      if (draft.name != "caddy" && draft.name != "front" && draft.name != "cache") continue;
      draft.folder = content;
      draft.reloads = reloads;
    }
  }
}

/// Half of the stacks have services that mount a file each, as secrets and keys are: in some releases all of
/// them change, or one.
void draw_files(Story& story, Dice& dice) {
  if (dice.once_in(2)) return;
  std::map<std::string, std::string> said;
  for (std::size_t number = 0; number < story.generations.size(); ++number) {
    StackDraft& stack = story.generations.at(number);
    const bool all = dice.once_in(2);
    for (ServiceDraft& draft : stack.services) {
      if (stack.is_job(draft.name)) continue;
      if (number == 0 ? dice.once_in(3) : said.count(draft.name) == 0) continue;
      if (number == 0 || all || dice.once_in(4)) said[draft.name] = "file " + std::to_string(number);
      draft.file = said[draft.name];
    }
  }
}

/// Half of the stacks with a page have it asked; some releases break it, but not the one that is to be live
/// in the end.
void draw_pages(Story& story, Dice& dice) {
  const bool any = dice.once_in(2);
  std::size_t last = 0;
  for (const Request& request : story.requests) {
    if (request.kind == RequestKind::deploy) last = request.generation;
  }
  for (std::size_t number = 0; number < story.generations.size(); ++number) {
    StackDraft& draft = story.generations.at(number);
    const bool breaks = dice.once_in(3);
    for (const char* name : {"web", "api", "panel"}) {
      if (any && draft.find(name) != nullptr) draft.pages = {name};
    }
    draft.asks_in_vain = breaks && number != 0 && number != last;
  }
}

/// Few releases define their network otherwise: all is stopped for it.
void draw_networks(Story& story, Dice& dice) {
  if (!dice.once_in(8)) return;
  for (std::size_t number = 1; number < story.generations.size(); ++number)
    story.generations.at(number).network = std::to_string(dice.below(3));
}

/// Engines differ in how a container comes to its further networks, which takes some to have.
void draw_backstage(Scenario& scenario, Dice& dice) {
  scenario.connects_one = dice.once_in(2);
  if (!dice.once_in(3)) return;
  for (StackDraft& draft : scenario.generations) draft.has_backstage = true;
}

void draw_tempers(Story& story, Dice& dice) {
  for (const ServiceDraft& draft : story.generations.front().services) {
    Temper temper;
    temper.ready_after = dice.between(50ms, dice.once_in(5) ? Duration(15s) : Duration(2s));
    temper.job_takes = dice.between(200ms, dice.once_in(4) ? Duration(20s) : Duration(3s));
    temper.stop_takes = dice.between(10ms, dice.once_in(6) ? Duration(8s) : Duration(500ms));
    temper.stop_code = dice.any<std::int64_t>({0, 0, 143, 1});
    temper.ignores_term = dice.once_in(12);
    if (dice.once_in(8)) {
      temper.bad_runs = static_cast<std::int64_t>(1 + dice.below(8));
      temper.bad_after = dice.between(10ms, 3s);
      temper.bad_code = dice.any<std::int64_t>({1, 2, 137, 0});
    }
    if (draft.name == "web" && story.generations.front().find("postgres") != nullptr && dice.once_in(2))
      temper.needs = "postgres";
    story.tempers.emplace(draft.name, temper);
  }
}

}  // namespace stackd::sim
