package @package@;

import dev.innkeeper.provisioner.contract.ContractWorld;
import dev.innkeeper.provisioner.contract.ProvisionerContract;

class @Class@ProvisionerTest extends ProvisionerContract {
  @Override
  protected ContractWorld newWorld() throws Exception {
    return new @Class@World();
  }
}
