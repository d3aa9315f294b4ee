package dev.innkeeper.provisioner.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.provisioner.Outcome;
import dev.innkeeper.provisioner.ResourceSpec;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import org.junit.jupiter.api.Test;

class SimulatedProjectsContractTest extends ProjectsBehaviour {
  private final SimulatedWorld simulated = new SimulatedWorld(TestWorkloads.containers("web:1"));

  @Override
  KubernetesWorld newWorld() {
    return simulated;
  }

  @Override
  String image() {
    return "web:1";
  }

  @Override
  Node aNode() {
    return world
        .admin()
        .resource(new NodeBuilder().withNewMetadata().withName("a-node").endMetadata().build())
        .create();
  }

  @Override
  String cronJob() {
    return cronJob("batch/v1");
  }

  static String cronJob(String apiVersion) {
    return "{apiVersion: "
        + apiVersion
        + ", kind: CronJob, metadata: {name: tidy}, spec: {schedule: '0 0 1 1 *', jobTemplate:"
        + " {spec: {template: {spec: {restartPolicy: Never, containers:"
        + " [{name: a, image: busybox, command: ['true']}]}}}}}}";
  }

  @Override
  boolean cronJobIsPaused(ResourceSpec spec) {
    return Boolean.TRUE.equals(
        world
            .admin()
            .batch()
            .v1()
            .cronjobs()
            .inNamespace(KubernetesWorld.namespaceOf(spec.ref()))
            .withName("tidy")
            .get()
            .getSpec()
            .getSuspend());
  }

  @Test
  void aClusterThatIsAwayIsUnreachableAndNoFailureOfTheResource() {
    ResourceSpec spec = spec("shop", project(configMap("c")));
    simulated.api.failNext(1000);
    Outcome.Failed failed = (Outcome.Failed) provisioner.ensureRunning(spec);
    assertThat(failed.cause()).isEqualTo(Outcome.Cause.UNREACHABLE);
    assertThat(failed.message()).contains("the server is currently unable to handle it");
    simulated.api.failNext(0);
    run(spec);
  }

  @Test
  void whatRunsAsSpecifiedIsNotTouched() {
    ResourceSpec spec = spec("shop", project(deployment("web", 1), service(), configMap("c")));
    run(spec);
    simulated.api.changes.clear();
    run(spec);
    provisioner.observe(spec.ref());
    provisioner.inventory(found -> {});
    assertThat(simulated.api.changes).isEmpty();
    suspend(spec.ref());
    simulated.api.changes.clear();
    suspend(spec.ref());
    assertThat(simulated.api.changes).isEmpty();
  }
}
