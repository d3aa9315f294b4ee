package dev.innkeeper.provisioner.k8s;

import dev.innkeeper.provisioner.contract.ContractWorld;
import dev.innkeeper.provisioner.contract.ProvisionerContract;

class SimulatedProjectContractTest extends ProvisionerContract {
  @Override
  protected ContractWorld newWorld() {
    return new SimulatedWorld(TestWorkloads.projects("web:1", "simulated"));
  }
}
