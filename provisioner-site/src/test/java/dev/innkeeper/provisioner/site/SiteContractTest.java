package dev.innkeeper.provisioner.site;

import dev.innkeeper.provisioner.contract.ContractWorld;
import dev.innkeeper.provisioner.contract.ProvisionerContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SiteContractTest extends ProvisionerContract {
  @TempDir Path folder;

  @Override
  protected ContractWorld newWorld() throws IOException {
    return new SiteWorld(folder);
  }
}
