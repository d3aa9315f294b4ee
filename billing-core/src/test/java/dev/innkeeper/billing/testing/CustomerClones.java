package dev.innkeeper.billing.testing;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * Many customers for tests and benchmarks that need them by the thousand: copies of one customer
 * and its subscriptions, made in SQL. Their ids begin with their number.
 */
public final class CustomerClones {
  private CustomerClones() {}

  /**
   * Copies a customer.
   *
   * @param template a customer with subscriptions that were not billed yet
   * @param first the first number, 1 or more
   * @param count how many
   */
  public static void make(
      DataSource dataSource, String schema, UUID template, int first, int count) {
    String numbers = "generate_series(" + first + ", " + (first + count - 1) + ") g";
    String customer = id("'7000-8000-000000000001'");
    String subscription =
        id("'7000-8000-' || lpad(to_hex(2 + (dense_rank() over (order by SUB))::int), 12, '0')");
    for (String sql :
        List.of(
            "insert into @.customer select "
                + customer
                + ", 'Customer ' || g, 'customer' || g || '@example.org', currency, zone,"
                + " anchor_date, customer_group, language, company, street, postal_code, city,"
                + " country, vat_id, metadata, status, created_at from @.customer, "
                + numbers
                + " where id = '@template'",
            "insert into @.customer_state (customer_id) select " + customer + " from " + numbers,
            "insert into @.subscription select "
                + customer
                + ", "
                + subscription.replace("SUB", "id")
                + ", product_code, options, quantity, currency, price_version_id, status, paused,"
                + " suspended_reason, started_at, ends_at, trial_end, metadata from"
                + " @.subscription, "
                + numbers
                + " where customer_id = '@template'",
            "insert into @.subscription_phase select "
                + customer
                + ", "
                + subscription.replace("SUB", "subscription_id")
                + ", from_at, to_at, product_code, options, price_version_id, quantity, status"
                + " from @.subscription_phase, "
                + numbers
                + " where customer_id = '@template'",
            "insert into @.subscription_billing select "
                + customer
                + ", "
                + subscription.replace("SUB", "subscription_id")
                + ", billed_until, open_from, open, trial_end, prepaid, revision"
                + " from @.subscription_billing, "
                + numbers
                + " where customer_id = '@template'",
            "insert into @.billing_due select "
                + customer
                + ", next_at, period_index from @.billing_due, "
                + numbers
                + " where customer_id = '@template'",
            "analyze @.customer, @.customer_state, @.subscription_phase, @.subscription_billing,"
                + " @.billing_due")) {
      execute(
          dataSource, sql.replace("@template", template.toString()).replace("@.", schema + "."));
    }
  }

  private static String id(String rest) {
    return "(lpad(to_hex(g), 8, '0') || '-0000-' || " + rest + ")::uuid";
  }

  private static void execute(DataSource dataSource, String sql) {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
