package dev.innkeeper.server.demo;

/**
 * What the story's sites run on.
 *
 * @param stoppedStatus what a suspended site answers: 402 from one that can say why, 0 from one
 *     that is not there to answer
 * @param template a product's template as YAML, indented as in the catalog; empty for the catalog's
 *     own
 */
public record Stage(int stoppedStatus, String template) {

  /** Sites by the sample plugin. */
  public static Stage sites() {
    return new Stage(402, "");
  }

  /**
   * A container each on a Docker Swarm.
   *
   * @param image with a busybox in it
   */
  public static Stage dockerSwarm(String image) {
    return new Stage(
        0,
        """
            provisioner: docker-swarm
            template:
              workload: container
              image: %s
              command: >-
                sh -c 'test -e /site/index.html || echo "<h1>${name}</h1>" > /site/index.html;
                exec httpd -f -p 8080 -h /site'
              cpuMillis: "100"
              memoryMegabytes: "16"
              "memoryMegabytes[size=medium]": "24"
              "memoryMegabytes[size=large]": "32"
              volume.site: /site:100
              port.http: 8080/http
        """
            .formatted(image));
  }

  /** The catalog as it is sold on this stage. */
  String catalog(String yaml) {
    if (template.isEmpty()) {
      return yaml;
    }
    int from = yaml.indexOf("    provisioner:");
    int to = yaml.indexOf("    options:");
    return yaml.substring(0, from) + template + yaml.substring(to);
  }

  /** What a suspended site answers, for people. */
  String stopped() {
    return stoppedStatus == 0 ? "does not answer" : "answers " + stoppedStatus;
  }
}
