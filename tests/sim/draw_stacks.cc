// The kinds of stacks.
#include "sim/draw.h"

namespace stackd::sim {
namespace {

ServiceDraft service(std::string name, std::string restart, bool has_check) {
  ServiceDraft draft;
  draft.name = std::move(name);
  draft.restart = std::move(restart);
  draft.has_check = has_check;
  return draft;
}

using enum DependencyCondition;
using namespace std::chrono_literals;

/// A chain on a database: a migration, then what needs it.
StackDraft chain(Dice& dice) {
  ServiceDraft postgres = service("postgres", "unless-stopped", true);
  postgres.volumes = {"data:/var/lib/postgresql/data"};
  ServiceDraft migrate = service("migrate", dice.any<std::string>({"", "no", "on-failure"}), false);
  migrate.depends_on = {{"postgres", waits_for(healthy)}};
  ServiceDraft web = service("web", dice.any<std::string>({"always", "unless-stopped", "on-failure"}), true);
  web.depends_on = {{"migrate", waits_for(completed)}, {"postgres", waits_for(healthy)}};
  ServiceDraft worker = service("worker", dice.any<std::string>({"always", ""}), true);
  worker.depends_on = {{"migrate", waits_for(completed)}, {"postgres", waits_for(healthy)}};
  ServiceDraft bot = service("bot", "unless-stopped", dice.once_in(2));
  bot.depends_on = {{"migrate", waits_for(completed)}};
  bot.singleton = true;
  ServiceDraft caddy = service("caddy", "unless-stopped", false);
  caddy.depends_on = {{"web", waits_for(dice.once_in(2) ? healthy : started)}};
  caddy.ports = {"80", "443"};
  caddy.volumes = {"caddy:/data"};
  return {"shop", {postgres, migrate, web, worker, bot, caddy}};
}

/// Two that live in the network of a third.
StackDraft sharers(Dice& dice) {
  ServiceDraft vpn = service("vpn", "always", true);
  vpn.ports = {"8080"};
  ServiceDraft torrent = service("torrent", "unless-stopped", dice.once_in(2));
  torrent.network_of = "vpn";
  torrent.depends_on = {{"vpn", waits_for(healthy, true)}};
  ServiceDraft indexer = service("indexer", "always", false);
  indexer.network_of = "vpn";
  // Silent about it in half of the stacks: sharing alone must do.
  if (dice.once_in(2)) indexer.depends_on = {{"vpn", waits_for(started, true)}};
  ServiceDraft panel = service("panel", "", true);
  panel.depends_on = {{"torrent", waits_for(started)}};
  return {"shop", {vpn, torrent, indexer, panel}};
}

/// Dependents that restart with what they depend on.
StackDraft followers(Dice& dice) {
  ServiceDraft db = service("db", "unless-stopped", true);
  db.volumes = {"data:/data"};
  ServiceDraft api = service("api", "always", true);
  api.depends_on = {{"db", waits_for(healthy, true)}};
  ServiceDraft front = service("front", dice.any<std::string>({"always", ""}), dice.once_in(2));
  front.depends_on = {{"api", waits_for(dice.once_in(2) ? healthy : started, true)}};
  front.ports = {"80"};
  return {"shop", {db, api, front}};
}

/// Several of one, a job that retries, something that nobody restarts.
StackDraft crowd(Dice& dice) {
  ServiceDraft cache = service("cache", "always", true);
  ServiceDraft web = service("web", "always", dice.once_in(2));
  web.scale = 2;
  web.depends_on = {{"cache", waits_for(healthy)}};
  ServiceDraft seed = service("seed", dice.any<std::string>({"on-failure", "on-failure:3", "no"}), false);
  seed.job = true;
  seed.depends_on = {{"cache", waits_for(healthy)}};
  ServiceDraft once = service("once", "no", false);
  ServiceDraft lone = service("lone", "on-failure:2", false);
  lone.depends_on = {{"once", waits_for(started)}};
  return {"shop", {cache, web, seed, once, lone}};
}

}  // namespace

StackDraft draw_stack(Dice& dice) {
  StackDraft stack;
  switch (dice.below(5)) {
    case 0:
    case 1:
      stack = chain(dice);
      break;
    case 2:
      stack = sharers(dice);
      break;
    case 3:
      stack = followers(dice);
      break;
    default:
      stack = crowd(dice);
      break;
  }
  for (ServiceDraft& draft : stack.services) {
    draft.interval = dice.any<Duration>({1s, 2s, 5s, 10s});
    draft.retries = static_cast<std::int64_t>(2 + dice.below(2));
    draft.start_period = dice.any<Duration>({0s, 5s, 20s});
  }
  return stack;
}

}  // namespace stackd::sim
