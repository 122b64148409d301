// The parts of a drawn scenario. Each has a stream of its own, so that one more draw in one of them does not
// shuffle the others.
#pragma once

#include "sim/dice.h"
#include "sim/scenario.h"

namespace stackd::sim {

StackDraft draw_stack(Dice& dice);
/// The next release: half of its services have another configuration.
StackDraft changed(const StackDraft& before, std::size_t generation, Dice& dice);

void draw_folders(Scenario& scenario, Dice& dice);
void draw_pages(Scenario& scenario, Dice& dice);
void draw_networks(Scenario& scenario, Dice& dice);
void draw_backstage(Scenario& scenario, Dice& dice);
void draw_tempers(Scenario& scenario, Dice& dice);
void draw_requests(Scenario& scenario, Dice& dice);
Incident draw_incident(const Scenario& scenario, Dice& dice, bool extreme);
void draw_noise(Scenario& scenario, Dice& dice);
void make_calm(Scenario& scenario, Dice& dice);
void make_refusing(Scenario& scenario, Dice& dice);

}  // namespace stackd::sim
