package dev.innkeeper.provisioner.k8s;

import dev.innkeeper.provisioner.contract.ContractWorld;
import dev.innkeeper.provisioner.contract.ProvisionerContract;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class RealContainerContractTest extends ProvisionerContract {
  @Override
  protected ContractWorld newWorld() {
    RealCluster cluster = RealCluster.reach();
    return new RealWorld(cluster, TestWorkloads.containers(cluster.image()));
  }
}
