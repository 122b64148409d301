// The parts of a drawn scenario. Each has a stream of its own, so that one more draw in one of them does not
// shuffle the others.
#pragma once

#include "sim/dice.h"
#include "sim/scenario.h"

namespace stackd::sim {

StackDraft draw_stack(Dice& dice);
/// The next release: half of its services have another configuration.
StackDraft changed(const StackDraft& before, std::size_t generation, Dice& dice);

void draw_folders(Story& story, Dice& dice);
void draw_files(Story& story, Dice& dice);
void draw_pages(Story& story, Dice& dice);
void draw_networks(Story& story, Dice& dice);
void draw_backstage(Scenario& scenario, Dice& dice);
void draw_tempers(Story& story, Dice& dice);
void draw_requests(Story& story, Duration until, Dice& dice);
/// Turns that the story takes: parts of a stack instead of all of it, two requests at once, coming and
/// going, questions.
void draw_turns(Story& story, Duration until, Dice& dice);
/// A few orders, long after one another, at the moments given: in a story in which else little happens.
void draw_calm_turns(Story& story, const std::vector<Duration>& moments, Dice& dice);
/// Another stack of the same stackd; in few scenarios.
void draw_neighbour(Scenario& scenario, std::uint64_t seed);
/// Some of what goes wrong goes wrong with the neighbour.
void share_incidents(Scenario& scenario, Dice& dice);
Incident draw_incident(const Scenario& scenario, Dice& dice, bool extreme);
/// What goes wrong while something that was ordered is done.
void draw_close_calls(Scenario& scenario, Dice& dice);
void draw_noise(Scenario& scenario, Dice& dice);
/// `turns`: some of what happens is an order.
void make_calm(Scenario& scenario, Dice& dice, Dice& turns);
void make_refusing(Scenario& scenario, Dice& dice);

}  // namespace stackd::sim
