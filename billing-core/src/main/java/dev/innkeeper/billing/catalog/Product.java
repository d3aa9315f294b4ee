package dev.innkeeper.billing.catalog;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that is sold. Immutable.
 *
 * @param code stable, lower case; revenue is booked by it
 * @param billing the mode of price versions published from now on
 * @param provisioner the kind of provisioner that makes it real, or null when none does
 * @param template parameters of the workload, for the provisioner alone
 * @param options what a customer chooses, each with its values; the first value is the default
 * @param retired no longer sold; running subscriptions go on
 */
public record Product(
    String code,
    String name,
    BillingMode billing,
    @Nullable String provisioner,
    Map<String, String> template,
    Map<String, List<String>> options,
    boolean retired) {
  public Product {
    template = Map.copyOf(template);
    options = Map.copyOf(options);
  }
}
