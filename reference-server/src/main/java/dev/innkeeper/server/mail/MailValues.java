package dev.innkeeper.server.mail;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.event.BillingEvent;
import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.invoice.InvoiceKind;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.subscription.Subscription;
import dev.innkeeper.documents.InvoiceDocuments;
import dev.innkeeper.server.mail.MailRules.Rule;
import dev.innkeeper.server.runtime.Shop;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the texts of mails are filled with: the event's own components under their names, sums and
 * days as the language writes them, and what they stand for: invoices, services, the customer.
 */
final class MailValues {
  private static final Set<String> COMMON =
      Set.of("customer", "company", "shop", "url", "invoice", "invoices", "services", "creditNote");
  private static final int NAMED_MAX = 20;

  private final BillingEngine engine;
  private final InvoiceDocuments formats;
  private final Map<String, String> house;

  /**
   * @param house values that are the same in every mail: {@code shop} and {@code url}
   */
  MailValues(BillingEngine engine, InvoiceDocuments formats, Map<String, String> house) {
    this.engine = engine;
    this.formats = formats;
    this.house = Map.copyOf(house);
  }

  /**
   * Values, and what they were made from.
   *
   * @param invoiceIds the invoices that the event names
   */
  record Filled(Map<String, String> values, List<UUID> invoiceIds) {}

  /** The names that a mail about the event may use. */
  static Set<String> names(Rule rule) {
    Set<String> names = new TreeSet<>(COMMON);
    for (RecordComponent component : rule.event().getRecordComponents()) {
      Class<?> type = component.getType();
      if (isText(type) || isLines(component) || type == Amount.class || type == Instant.class) {
        names.add(component.getName());
      }
    }
    return names;
  }

  private static boolean isText(Class<?> type) {
    return type == String.class || type == int.class || type == long.class || type.isEnum();
  }

  /** Several texts, which a mail shows one a line. */
  private static boolean isLines(RecordComponent component) {
    return component.getGenericType() instanceof ParameterizedType type
        && type.getRawType() == List.class
        && type.getActualTypeArguments()[0] == String.class;
  }

  /**
   * @param language as {@link MailTemplates#served}
   */
  Filled fill(Rule rule, Mail mail, Customer customer, String language) {
    BillingEvent event = BillingJson.read(BillingJson.mapper(), mail.eventData(), rule.event());
    ZoneId zone = customer.calendar().zone();
    Map<String, String> values = new HashMap<>(house);
    values.put("customer", clean(customer.name()));
    values.put("company", clean(customer.company()));
    Set<UUID> invoiceIds = new LinkedHashSet<>();
    Set<UUID> subscriptionIds = new LinkedHashSet<>();
    for (RecordComponent component : rule.event().getRecordComponents()) {
      Object value = read(component, event);
      String name = component.getName();
      if (value instanceof Amount amount) {
        values.put(name, formats.money(language, amount));
      } else if (value instanceof Instant instant) {
        // What is due falls due at the end of its last day.
        Instant shown = name.equals("dueAt") ? instant.minusNanos(1) : instant;
        values.put(name, formats.date(language, shown.atZone(zone).toLocalDate()));
      } else if (value != null && isText(component.getType())) {
        values.put(name, clean(value.toString()));
      } else if (isLines(component) && value instanceof List<?> lines) {
        values.put(
            name,
            lines.stream()
                .limit(NAMED_MAX)
                .map(line -> "- " + clean(String.valueOf(line)))
                .collect(Collectors.joining("\n")));
      } else if (name.startsWith("invoiceId")) {
        addIds(invoiceIds, value);
      } else if (name.startsWith("subscriptionId")) {
        addIds(subscriptionIds, value);
      }
    }
    putInvoices(values, invoices(customer, invoiceIds), zone, language);
    values.put("services", services(customer, subscriptionIds));
    return new Filled(values, List.copyOf(invoiceIds));
  }

  private static @Nullable Object read(RecordComponent component, BillingEvent event) {
    try {
      return component.getAccessor().invoke(event);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("an event can't be read: " + component, e);
    }
  }

  private static void addIds(Set<UUID> ids, @Nullable Object value) {
    if (value instanceof UUID id) {
      ids.add(id);
    } else if (value instanceof Collection<?> many) {
      many.forEach(one -> addIds(ids, one));
    }
  }

  private List<Invoice> invoices(Customer customer, Set<UUID> ids) {
    return ids.stream()
        .limit(NAMED_MAX)
        .map(id -> engine.invoices().get(customer.id(), id))
        .toList();
  }

  private void putInvoices(
      Map<String, String> values, List<Invoice> invoices, ZoneId zone, String language) {
    List<String> numbers = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (Invoice invoice : invoices) {
      String number = String.valueOf(invoice.number());
      Instant dueAt = invoice.dueAt();
      numbers.add(number);
      lines.add(
          "- "
              + number
              + "  "
              + formats.money(language, invoice.open().isZero() ? invoice.total() : invoice.open())
              + (dueAt == null
                  ? ""
                  : "  ("
                      + formats.date(language, dueAt.minusNanos(1).atZone(zone).toLocalDate())
                      + ")"));
      if (invoice.kind() == InvoiceKind.CREDIT_NOTE) {
        values.put("creditNote", number);
      }
    }
    values.put("invoice", String.join(", ", numbers));
    values.put("invoices", String.join("\n", lines));
  }

  private String services(Customer customer, Set<UUID> ids) {
    return String.join(
        "\n",
        ids.stream()
            .limit(NAMED_MAX)
            .map(id -> service(engine.subscriptions().get(customer.id(), id)))
            .toList());
  }

  private static String service(Subscription subscription) {
    String name = subscription.metadata().get(Shop.NAME);
    return "- " + clean(name == null ? subscription.productCode() : name);
  }

  /** One line, without marks that would turn the text around it. */
  private static String clean(@Nullable String text) {
    return text == null
        ? ""
        : MailTemplates.oneLine(text.replaceAll("[\\u202a-\\u202e\\u2066-\\u2069]", ""));
  }
}
