package dev.innkeeper.provisioner.k8s;

import dev.innkeeper.provisioner.contract.ContractWorld;
import dev.innkeeper.provisioner.contract.ProvisionerContract;

class SimulatedContainerContractTest extends ProvisionerContract {
  @Override
  protected ContractWorld newWorld() {
    return new SimulatedWorld(TestWorkloads.containers("web:1"));
  }
}
