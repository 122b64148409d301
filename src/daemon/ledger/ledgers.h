// Everything of one stack that must outlive the process beside its record. Each ledger has one kind; none
// knows another.
#pragma once

#include "daemon/host/edges.h"
#include "daemon/ledger/anonymous_volumes.h"
#include "daemon/ledger/boot_id.h"
#include "daemon/ledger/gate_stops.h"
#include "daemon/ledger/ill_services.h"
#include "daemon/ledger/made_with_ledger.h"
#include "daemon/ledger/own_stops.h"
#include "daemon/ledger/restarts.h"
#include "daemon/ledger/volumes.h"
#include "daemon/ledger/wanted_services.h"

namespace stackd::daemon {

struct Ledgers {
  Ledgers(const Edges& edges, const std::string& stack);
  Ledgers(const Ledgers&) = delete;
  Ledgers& operator=(const Ledgers&) = delete;

  /// Errors: the first of any of them. Then nothing may be done to the stack's containers.
  Result<void> load(decide::Memory& memory, decide::Wishes& wishes);

  LateWrites late;  // their way to the store, and that of whatever else is learnt of the stack
  BootId boot_id;
  OwnStops own_stops;
  Restarts restarts;
  GateStops gate_stops;
  WantedServices wanted;
  AnonymousVolumesLeft anonymous_volumes;
  Volumes volumes;
  IllServices ill_services;
  MadeWithLedger made_with;
};

}  // namespace stackd::daemon
