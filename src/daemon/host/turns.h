// Whose turn it is with the engine. Fifty stacks that come up together would send it hundreds of calls at
// once and make it slower for all: so only so many heavy steps are under way on a host, and stacks take
// turns. Refuses to hold a queue of steps: whoever is refused decides anew when it is called, on what is true
// by then.
//
//   a stack asks      granted when there is room that nobody who was served longer ago waits for
//   it is refused     it waits, until its next round; it is called when there is room for it
//   urgent            what is down although it was up: has as much room again
//   ahead             what is made or taken away for what comes later: as much room again, or starts would
//                     wait for it, and it for starts until the host is at its busiest
//   a turn too long   counts no more: what hangs in one stack holds no other one up
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "runtime/clock.h"

namespace stackd::daemon {

enum class Urgency { ahead, usual, urgent };

class Turns {
 public:
  /// So many steps of each urgency at once. The clock outlives every turn.
  Turns(runtime::Clock& clock, std::size_t at_once);

  class Turn;
  class Seat;

  /// Steps under way that count.
  [[nodiscard]] std::size_t taken() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Ends when it is destroyed, or given back before.
class Turns::Turn {
 public:
  Turn() = default;
  Turn(std::shared_ptr<State> state, std::uint64_t id) : state_(std::move(state)), id_(id) {}
  Turn(Turn&& other) noexcept : state_(std::move(other.state_)), id_(other.id_) {}
  Turn& operator=(Turn&& other) noexcept;
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() { give_back(); }

  void give_back();

 private:
  std::shared_ptr<State> state_;
  std::uint64_t id_ = 0;
};

/// The place of one stack.
class Turns::Seat {
 public:
  /// Without `turns` everything is granted. `call` is called from within what others do: it must only note
  /// that it was, and may come in vain.
  Seat(Turns* turns, std::string stack, std::function<void()> call);
  ~Seat();
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;

  /// It decides anew: what it was refused before counts no more.
  void begin_round();
  /// Absent: not now. Who is not called within `ask_again_after` asks again.
  std::optional<Turn> ask(Urgency urgency);
  /// It was refused something in this round.
  [[nodiscard]] bool waits() const;

  static constexpr Duration ask_again_after = std::chrono::seconds(1);

 private:
  std::shared_ptr<State> state_;
  std::string stack_;
};

}  // namespace stackd::daemon
