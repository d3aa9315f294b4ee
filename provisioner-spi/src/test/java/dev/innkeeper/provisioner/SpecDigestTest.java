package dev.innkeeper.provisioner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.provisioner.workload.ContainerWorkload;
import dev.innkeeper.provisioner.workload.CustomWorkload;
import dev.innkeeper.provisioner.workload.Resources;
import dev.innkeeper.provisioner.workload.Workload;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SpecDigestTest {
  private static final ResourceRef REF =
      new ResourceRef(
          ResourceId.parse(UUID.nameUUIDFromBytes(new byte[] {1}).toString()), "my-site");

  @Test
  void theOrderOfMapsDoesNotMatter() {
    Map<String, String> oneWay = new LinkedHashMap<>();
    oneWay.put("a", "1");
    oneWay.put("b", "2");
    Map<String, String> otherWay = new LinkedHashMap<>();
    otherWay.put("b", "2");
    otherWay.put("a", "1");
    assertThat(digest(new CustomWorkload("x", oneWay)))
        .isEqualTo(digest(new CustomWorkload("x", otherWay)));
  }

  @Test
  void valuesThatLookAlikeWhenPrintedDiffer() {
    assertThat(digest(new CustomWorkload("x", Map.of("A", "1, B=2"))))
        .isNotEqualTo(digest(new CustomWorkload("x", Map.of("A", "1", "B", "2"))));
  }

  @Test
  void everyPartCounts() {
    Resources small = new Resources(100, 64);
    ContainerWorkload base = ContainerWorkload.builder("image:1", small).build();
    ContainerWorkload bigger =
        ContainerWorkload.builder("image:1", new Resources(100, 128)).build();
    ContainerWorkload secret =
        ContainerWorkload.builder("image:1", small).environment("KEY", "s3cret").build();
    assertThat(digest(base)).isNotEqualTo(digest(bigger)).isNotEqualTo(digest(secret));
    assertThat(secret.toString()).doesNotContain("s3cret");
  }

  @Test
  void anotherOwnerIsNoChangeOfWhatRuns() {
    Workload workload = new CustomWorkload("x", Map.of());
    assertThat(new ResourceSpec(REF, "one", workload).digest())
        .isEqualTo(new ResourceSpec(REF, "two", workload).digest());
  }

  private static String digest(Workload workload) {
    return new ResourceSpec(REF, "owner", workload).digest();
  }
}
