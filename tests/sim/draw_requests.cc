// What people order of stackd.
#include "sim/draw.h"

namespace stackd::sim {

using namespace std::chrono_literals;

void draw_requests(Story& story, Duration until, Dice& dice) {
  const StackDraft first = story.generations.front();
  Request deploy;
  deploy.at = dice.between(0ms, 2s);
  story.requests.push_back(deploy);
  const std::uint64_t more = dice.below(5);
  Duration at = deploy.at;
  for (std::uint64_t i = 0; i < more; ++i) {
    at += dice.between(dice.once_in(4) ? Duration(10ms) : Duration(5s), until / 4);
    if (at > until - 5s) break;
    Request request;
    request.at = at;
    switch (dice.below(11)) {
      case 0:
      case 1:
      case 2:
      case 3:
        request.kind = RequestKind::deploy;
        if (dice.once_in(4)) {
          request.generation = dice.below(story.generations.size());
        } else {
          request.generation = story.generations.size();
          story.generations.push_back(changed(story.generations.back(), request.generation, dice));
        }
        break;
      case 4:
        request.kind = RequestKind::stop;
        break;
      case 5:
      case 6:
        request.kind = RequestKind::start;
        break;
      case 7:
        request.kind = RequestKind::restart;
        break;
      case 8:
        request.kind = RequestKind::rollback;
        break;
      case 9:
        request.kind = RequestKind::cancel;
        break;
      default:
        request.kind = RequestKind::down;
        break;
    }
    const bool named = request.kind == RequestKind::start || request.kind == RequestKind::stop ||
                       request.kind == RequestKind::restart;
    if (named && !dice.once_in(3)) request.services = {dice.any(first.services).name};
    story.requests.push_back(std::move(request));
  }
}

}  // namespace stackd::sim
