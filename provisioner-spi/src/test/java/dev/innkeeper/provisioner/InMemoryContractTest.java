package dev.innkeeper.provisioner;

import dev.innkeeper.provisioner.contract.ContractWorld;
import dev.innkeeper.provisioner.contract.ProvisionerContract;
import java.util.Set;

class InMemoryContractTest extends ProvisionerContract {
  @Override
  protected ContractWorld newWorld() {
    return new InMemoryWorld(Set.of());
  }
}
