package dev.innkeeper.provisioner.swarm;

import static org.junit.jupiter.api.Assumptions.abort;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.LocalNodeState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The swarm that tests run on: that of {@code INNKEEPER_TEST_DOCKER}, of {@code DOCKER_HOST}, or of
 * the usual socket. Where there is none the tests say so; {@code .ci/swarm} makes one.
 *
 * @param host such as {@code unix:///var/run/docker.sock}
 */
record TestSwarm(String host) {
  static final String IMAGE = "innkeeper-test/busybox:1";
  private static final String USUAL = "/var/run/docker.sock";

  static TestSwarm reach() {
    Optional<String> host =
        Stream.of("INNKEEPER_TEST_DOCKER", "DOCKER_HOST")
            .map(System::getenv)
            .filter(value -> value != null && !value.isBlank())
            .findFirst();
    if (host.isEmpty() && !Files.exists(Path.of(USUAL))) {
      return without("there is no Docker engine");
    }
    TestSwarm swarm = new TestSwarm(host.orElse("unix://" + USUAL));
    try (DockerClient docker = SwarmFactory.connect(swarm.host())) {
      if (docker.infoCmd().exec().getSwarm().getLocalNodeState() != LocalNodeState.ACTIVE) {
        return without(swarm.host() + " is not in swarm mode");
      }
      docker.inspectImageCmd(IMAGE).exec();
      return swarm;
    } catch (NotFoundException e) {
      return without(swarm.host() + " has no image " + IMAGE);
    } catch (Exception e) {
      return without(swarm.host() + " does not answer: " + e.getMessage());
    }
  }

  private static TestSwarm without(String why) {
    String said = "NOT RUN on a real Docker Swarm: " + why + " (.ci/swarm makes one)";
    System.out.println(said);
    return abort(said);
  }
}
