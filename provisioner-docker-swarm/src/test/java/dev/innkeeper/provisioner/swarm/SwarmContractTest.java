package dev.innkeeper.provisioner.swarm;

import dev.innkeeper.provisioner.contract.ContractWorld;
import dev.innkeeper.provisioner.contract.ProvisionerContract;

class SwarmContractTest extends ProvisionerContract {
  @Override
  protected ContractWorld newWorld() {
    return new SwarmWorld(TestSwarm.reach());
  }
}
