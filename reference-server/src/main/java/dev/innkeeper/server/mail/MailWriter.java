package dev.innkeeper.server.mail;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.server.mail.MailRules.Enclosed;
import dev.innkeeper.server.mail.MailRules.Rule;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.util.List;
import java.util.UUID;

/** Puts an event into words, in the customer's language. Thread-safe. */
final class MailWriter {
  private static final int ENCLOSED_MAX = 10;

  private final BillingEngine engine;
  private final MailTemplates templates;
  private final MailValues values;

  MailWriter(BillingEngine engine, MailTemplates templates, MailValues values) {
    this.engine = engine;
    this.templates = templates;
    this.values = values;
  }

  /** What was written, and the invoices that go with it. */
  record Written(MailText text, List<UUID> invoiceIds) {}

  /** The mail can't be written, and never will be as things are. */
  static final class Unwritable extends RuntimeException {
    Unwritable(String message) {
      super(message);
    }
  }

  /**
   * @throws Unwritable when trying again would not help
   */
  Written write(Mail mail) {
    Rule rule =
        MailRules.of(mail.eventType())
            .orElseThrow(() -> new Unwritable("no mail tells of " + mail.eventType()));
    Customer customer = engine.customers().get(mail.customerId());
    String address = customer.email().strip();
    requireAddress(address);
    String language = templates.served(customer.language());
    MailValues.Filled filled = values.fill(rule, mail, customer, language);
    return new Written(
        templates.write(language, mail.eventType(), address, filled.values()),
        rule.enclosed() == Enclosed.NOTHING
            ? List.of()
            : filled.invoiceIds().stream().limit(ENCLOSED_MAX).toList());
  }

  /** An address and nothing else: no name, no list, no end of a header. */
  private static void requireAddress(String address) {
    try {
      InternetAddress parsed = new InternetAddress(address, true);
      if (address.equals(parsed.getAddress()) && address.indexOf('@') > 0) {
        return;
      }
    } catch (AddressException e) {
      // Told below, as for what is more than an address.
    }
    throw new Unwritable("the customer's address is none that a mail can be sent to");
  }
}
