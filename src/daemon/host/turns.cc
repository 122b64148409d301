#include "daemon/host/turns.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "base/check.h"

namespace stackd::daemon {
namespace {

/// Some engines take seconds for a start when much else is going on; what takes longer waits for something
/// else than the processor.
constexpr Duration counts_for = std::chrono::seconds(10);
/// Who was called and has not asked since has something else to do.
constexpr Duration waits_for = 2 * Turns::Seat::ask_again_after;

}  // namespace

struct Turns::State {
  struct Taken {
    Time since{};
    Urgency urgency = Urgency::usual;
  };
  struct Seated {
    std::function<void()> call;
    std::uint64_t served = 0;  // when it was last, or came, in the order of all
    std::set<Urgency> waits;   // what it was refused in its last round
    Time asked{};
  };

  runtime::Clock& clock;
  std::size_t at_once;
  std::uint64_t number = 0;
  std::map<std::uint64_t, Taken> taken;
  std::map<std::string, Seated> seats;

  [[nodiscard]] std::size_t counted(Urgency urgency) const {
    const Time now = clock.now();
    return static_cast<std::size_t>(std::count_if(taken.begin(), taken.end(), [&](const auto& entry) {
      return entry.second.urgency == urgency && now - entry.second.since < counts_for;
    }));
  }

  // Each urgency has room of its own, and takes none from the others.
  [[nodiscard]] std::size_t room(Urgency urgency) const {
    const std::size_t used = counted(urgency);
    return used < at_once ? at_once - used : 0;
  }

  [[nodiscard]] bool is_waiting(const Seated& seat, Urgency urgency) const {
    return seat.waits.count(urgency) > 0 && clock.now() - seat.asked < waits_for;
  }

  /// Those who wait for such a step and were served longer ago.
  [[nodiscard]] std::size_t ahead_of(const Seated& asking, Urgency urgency) const {
    return static_cast<std::size_t>(std::count_if(seats.begin(), seats.end(), [&](const auto& entry) {
      const Seated& other = entry.second;
      return &other != &asking && is_waiting(other, urgency) && other.served < asking.served;
    }));
  }

  void call_next(Urgency urgency) {
    std::vector<Seated*> waiting;
    for (auto& [stack, seat] : seats) {
      if (is_waiting(seat, urgency)) waiting.push_back(&seat);
    }
    std::stable_sort(waiting.begin(), waiting.end(),
                     [](const Seated* one, const Seated* other) { return one->served < other->served; });
    if (waiting.size() > room(urgency)) waiting.resize(room(urgency));
    for (Seated* seat : waiting) seat->call();
  }
};

Turns::Turns(runtime::Clock& clock, std::size_t at_once)
    : state_(std::make_shared<State>(State{clock, at_once, 0, {}, {}})) {
  STACKD_CHECK(at_once > 0);
}

std::size_t Turns::taken() const {
  return state_->counted(Urgency::ahead) + state_->counted(Urgency::usual) + state_->counted(Urgency::urgent);
}

Turns::Turn& Turns::Turn::operator=(Turn&& other) noexcept {
  if (this == &other) return *this;
  give_back();
  state_ = std::move(other.state_);
  id_ = other.id_;
  return *this;
}

void Turns::Turn::give_back() {
  const std::shared_ptr<State> state = std::exchange(state_, nullptr);
  if (!state) return;
  const auto found = state->taken.find(id_);
  const Urgency urgency = found->second.urgency;
  state->taken.erase(found);
  state->call_next(urgency);
}

Turns::Seat::Seat(Turns* turns, std::string stack, std::function<void()> call) : stack_(std::move(stack)) {
  if (turns == nullptr) return;
  state_ = turns->state_;
  STACKD_CHECK(state_->seats.count(stack_) == 0);
  State::Seated& seat = state_->seats[stack_];
  seat.call = std::move(call);
  seat.served = ++state_->number;
}

Turns::Seat::~Seat() {
  if (!state_) return;
  const std::set<Urgency> waited = state_->seats.at(stack_).waits;
  state_->seats.erase(stack_);
  for (Urgency urgency : waited) state_->call_next(urgency);
}

void Turns::Seat::begin_round() {
  if (!state_) return;
  // Perhaps it was called, and asks for nothing now.
  const std::set<Urgency> waited = std::exchange(state_->seats.at(stack_).waits, {});
  for (Urgency urgency : waited) state_->call_next(urgency);
}

std::optional<Turns::Turn> Turns::Seat::ask(Urgency urgency) {
  if (!state_) return Turn();
  State::Seated& seat = state_->seats.at(stack_);
  if (state_->room(urgency) <= state_->ahead_of(seat, urgency)) {
    seat.waits.insert(urgency);
    seat.asked = state_->clock.now();
    return std::nullopt;
  }
  const std::uint64_t id = ++state_->number;
  seat.served = id;
  state_->taken[id] = {state_->clock.now(), urgency};
  return Turn(state_, id);
}

bool Turns::Seat::waits() const {
  return state_ && !state_->seats.at(stack_).waits.empty();
}

}  // namespace stackd::daemon
