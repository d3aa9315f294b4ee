package dev.innkeeper.provisioner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.innkeeper.provisioner.contract.ContractWorld;
import dev.innkeeper.provisioner.contract.ProvisionerContract;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;

/** A contract that nobody can break proves nothing: each mistake must fail the test made for it. */
class ContractCatchesTest {
  static class FoundByName extends ProvisionerContract {
    @Override
    protected ContractWorld newWorld() {
      return new InMemoryWorld(Set.of(InMemoryProvisioner.Bug.FOUND_BY_NAME));
    }
  }

  static class CreatesTwice extends ProvisionerContract {
    @Override
    protected ContractWorld newWorld() {
      return new InMemoryWorld(Set.of(InMemoryProvisioner.Bug.CREATES_TWICE));
    }
  }

  static class ForgetsData extends ProvisionerContract {
    @Override
    protected ContractWorld newWorld() {
      return new InMemoryWorld(Set.of(InMemoryProvisioner.Bug.FORGETS_DATA_ON_SUSPEND));
    }
  }

  static class LeavesHalfCreated extends ProvisionerContract {
    @Override
    protected ContractWorld newWorld() {
      return new InMemoryWorld(Set.of(InMemoryProvisioner.Bug.LEAVES_HALF_CREATED));
    }
  }

  @Test
  void findingResourcesByName() {
    assertThat(failuresOf(FoundByName.class))
        .contains("aReusedNameIsANewResource", "twoOfOneNameDoNotTouchEachOther");
  }

  @Test
  void creatingTwice() {
    assertThat(failuresOf(CreatesTwice.class))
        .contains("paymentBringsItBackWithItsData", "aCrashBetweenTheStepsOfCreationHeals");
  }

  @Test
  void forgettingDataOnSuspension() {
    assertThat(failuresOf(ForgetsData.class)).contains("paymentBringsItBackWithItsData");
  }

  @Test
  void stumblingOverWhatACrashLeft() {
    assertThat(failuresOf(LeavesHalfCreated.class))
        .containsExactly("aCrashBetweenTheStepsOfCreationHeals");
  }

  private static Set<String> failuresOf(Class<?> contract) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(contract))
        .execute()
        .testEvents()
        .failed()
        .stream()
        .map(event -> event.getTestDescriptor().getLegacyReportingName().replaceAll("\\(.*", ""))
        .collect(Collectors.toSet());
  }
}
