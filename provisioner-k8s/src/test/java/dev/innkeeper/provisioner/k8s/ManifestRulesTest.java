package dev.innkeeper.provisioner.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.provisioner.SpecProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestRulesTest {
  private static final String OWN = "contract-1";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          hostNetwork: true                                               | .hostNetwork
          hostPID: 'true'                                                 | .hostPID
          hostIPC: true                                                   | .hostIPC
          nodeName: a                                                     | .nodeName
          priorityClassName: system-node-critical                         | .priorityClassName
          nodeSelector: {innkeeper.dev/project: x}                        | .nodeSelector
          securityContext: {sysctls: []}                                  | .securityContext.sysctls
          securityContext: {seccompProfile: {type: Unconfined}}           | .securityContext.seccompProfile
          volumes: [{name: a, hostPath: {path: /}}]                       | .volumes.hostPath
          volumes: [{name: a, csi: {driver: x}}]                          | .volumes.csi
          volumes: [{name: a, nfs: {server: x, path: /}}]                 | .volumes.nfs
          containers: [{securityContext: {privileged: true}}]             | .containers.securityContext.privileged
          initContainers: [{securityContext: {privileged: yes}}]          | .initContainers.securityContext.privileged
          containers: [{securityContext: {allowPrivilegeEscalation: true}}] | .containers.securityContext.allowPrivilegeEscalation
          containers: [{securityContext: {procMount: Unmasked}}]          | .containers.securityContext.procMount
          containers: [{securityContext: {capabilities: {add: [SYS_ADMIN]}}}] | .containers.securityContext.capabilities.add
          containers: [{ports: [{containerPort: 80, hostPort: 80}]}]      | .containers.ports.hostPort
          containers: [{securityContext: {windowsOptions: {hostProcess: true}}}] | .containers.securityContext.windowsOptions.hostProcess
          """)
  void whatReachesIntoTheMachineIsRefusedWhereverPodsAreMade(String pod, String field) {
    for (Map.Entry<String, String> kind :
        Map.of(
                "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {%s}}",
                ".spec",
                "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a},"
                    + " spec: {template: {spec: {%s}}}}",
                ".spec.template.spec",
                "{apiVersion: batch/v1, kind: CronJob, metadata: {name: a}, spec: {jobTemplate:"
                    + " {spec: {template: {spec: {%s}}}}}}",
                ".spec.jobTemplate.spec.template.spec")
            .entrySet()) {
      assertThat(check(kind.getKey().formatted(pod)))
          .extracting(SpecProblem::field)
          .containsExactly("m" + kind.getValue() + field);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{apiVersion: v1, kind: Namespace, metadata: {name: a}}",
        "{apiVersion: v1, kind: ResourceQuota, metadata: {name: a}}",
        "{apiVersion: v1, kind: LimitRange, metadata: {name: a}}",
        "{apiVersion: v1, kind: PersistentVolume, metadata: {name: a}}",
        "{apiVersion: v1, kind: List, items: []}",
        "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}}",
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: a}}",
        "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: a}}",
        "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: a}}",
        "{apiVersion: example.org/v1, kind: Anything, metadata: {name: a}}",
        "{kind: Pod}",
        "{apiVersion: 1, kind: 2}"
      })
  void kindsThatNobodyAllowedAreRefused(String manifest) {
    assertThat(check(manifest))
        .singleElement()
        .satisfies(
            problem -> assertThat(problem.message()).contains("is not allowed in a project"));
  }

  @Test
  void theAdministratorMayAllowMoreKinds() {
    String certificate = "{apiVersion: cert-manager.io/v1, kind: Certificate, metadata: {name: a}}";
    assertThat(check(certificate)).isNotEmpty();
    assertThat(
            new ManifestRules(Set.of("cert-manager.io/v1/Certificate"))
                .check("m", Manifests.read(certificate).get(0), OWN))
        .isEmpty();
  }

  @Test
  void otherNamespacesOwnersAndAddressesAreRefused() {
    assertThat(
            check(
                "{apiVersion: v1, kind: Service, metadata: {name: a, namespace: other,"
                    + " ownerReferences: []}, spec: {externalIPs: [192.0.2.1]}}"))
        .extracting(SpecProblem::field)
        .containsExactly("m.metadata.namespace", "m.metadata", "m.spec.externalIPs");
    assertThat(
            check("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: contract-1}}"))
        .isEmpty();
    assertThat(check("{apiVersion: v1, kind: ConfigMap}"))
        .extracting(SpecProblem::field)
        .containsExactly("m.metadata.name");
  }

  @Test
  void whatIsUsualIsAllowed() {
    assertThat(
            check(
                """
                apiVersion: apps/v1
                kind: StatefulSet
                metadata: {name: db}
                spec:
                  template:
                    spec:
                      hostNetwork: false
                      volumes: [{name: a, emptyDir: {}}, {name: b, configMap: {name: c}}]
                      containers:
                      - name: db
                        ports: [{containerPort: 80, hostPort: 0}]
                        securityContext:
                          privileged: false
                          capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}
                """))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "just a text",
        "[1, 2]",
        "{1: a}",
        "a: [",
        "{a: 1, a: 2}",
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n"
            + "d: [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c]",
        "a: &a {b: *a}"
      })
  void whatIsNoObjectIsRefusedAndDoesNoHarm(String yaml) {
    assertThatThrownBy(() -> Manifests.read(yaml)).isInstanceOf(IllegalArgumentException.class);
  }

  private static List<SpecProblem> check(String manifest) {
    List<SpecProblem> problems = new ArrayList<>();
    for (Map<String, Object> object : Manifests.read(manifest)) {
      problems.addAll(new ManifestRules(Set.of()).check("m", object, OWN));
    }
    return problems;
  }
}
