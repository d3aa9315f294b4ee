package dev.innkeeper.server.pages;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.Customer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/** Customers' names, for lists that know them by their ids. */
final class Names {
  private Names() {}

  /** The names of those there are; the house, whose id is all zeros, has none. */
  static Map<UUID, String> of(BillingEngine engine, Stream<UUID> ids) {
    List<UUID> distinct = ids.distinct().toList();
    Map<UUID, String> names = new HashMap<>();
    for (Customer customer : engine.customers().findAll(distinct)) {
      names.put(customer.id(), customer.name());
    }
    return names;
  }
}
