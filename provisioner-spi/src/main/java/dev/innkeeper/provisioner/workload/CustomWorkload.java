package dev.innkeeper.provisioner.workload;

import dev.innkeeper.provisioner.DnsLabel;
import java.util.Map;

/**
 * A workload that one kind of provisioner understands.
 *
 * @param kind the workload's kind, such as {@code static-site}; a provisioner refuses those it does
 *     not know
 * @param parameters as text; checked by the provisioner with a {@link
 *     dev.innkeeper.provisioner.settings.SettingsSchema}
 */
public record CustomWorkload(String kind, Map<String, String> parameters) implements Workload {
  private static final int PARAMETERS_MAX = 100;

  public CustomWorkload {
    DnsLabel.require("kind", kind);
    if (parameters.size() > PARAMETERS_MAX) {
      throw new IllegalArgumentException("parameters: at most " + PARAMETERS_MAX + " are allowed");
    }
    parameters = Map.copyOf(parameters);
  }
}
