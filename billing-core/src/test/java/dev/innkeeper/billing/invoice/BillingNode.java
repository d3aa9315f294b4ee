package dev.innkeeper.billing.invoice;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.testing.MutableClock;

/** A billing run in a process of its own, to be killed: {@code URL INSTANT CHUNK}. */
final class BillingNode {
  private BillingNode() {}

  public static void main(String[] arguments) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(arguments[0]);
    config.setMaximumPoolSize(4);
    try (HikariDataSource dataSource = new HikariDataSource(config)) {
      Invoices invoices =
          BillingEngine.builder()
              .dataSource(dataSource)
              .clock(MutableClock.at(arguments[1]))
              .build()
              .invoices();
      invoices.run(
          RunOptions.standard()
              .withChunkSize(Integer.parseInt(arguments[2]))
              .withProgress(p -> System.out.println(p.customersDone())));
    }
  }
}
