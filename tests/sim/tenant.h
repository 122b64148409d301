// One of the stacks on the host, with all that watches over it and those who order.
#pragma once

#include "sim/deploy_promises.h"
#include "sim/oracle.h"
#include "sim/orders.h"

namespace stackd::sim {

struct Tenant {
  Tenant(Surroundings& around, Oracle& its_oracle)
      : story(its_oracle.story()),
        oracle(its_oracle),
        deploys(around, oracle),
        orders(around, oracle, deploys) {
    oracle.rolls = [this] { return deploys.rolls(); };
  }
  Tenant(const Tenant&) = delete;
  Tenant& operator=(const Tenant&) = delete;

  const Story& story;
  Oracle& oracle;
  DeployPromises deploys;
  Orders orders;
};

}  // namespace stackd::sim
