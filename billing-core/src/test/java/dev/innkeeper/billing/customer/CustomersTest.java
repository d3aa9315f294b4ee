package dev.innkeeper.billing.customer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.db.Commands;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.EventLog;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.Conflict;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CustomersTest {
  private final MutableClock clock = MutableClock.at("2027-03-30T22:30:00Z");
  private final Database db = TestDatabase.create();
  private final ObjectMapper json = BillingJson.mapper();
  private final Ids ids = new Ids(clock, new Random(7));
  private final EventLog events = new EventLog(db, json, ids, clock);
  private final Customers customers =
      new Customers(db, new Commands(db, json, clock), events, json, ids, clock);

  private final NewCustomer ada = NewCustomer.named("Ada", "ada@example.org", Currency.EUR);

  @Test
  void aRetriedRegistrationGivesTheSameCustomer() {
    Customer first = customers.register(ada, "k1");
    clock.advance(java.time.Duration.ofDays(400));
    assertThat(customers.register(ada, "k1")).isEqualTo(first);
    assertThat(customers.list("", null, 10)).containsExactly(first);
    assertThat(events.of(first.id(), 0, 10))
        .singleElement()
        .satisfies(e -> assertThat(e.type()).isEqualTo("customer.registered"));
    assertThatThrownBy(() -> customers.register(ada.withAnchorDay(2), "k1"))
        .isInstanceOf(Conflict.class);
  }

  @Test
  void theAnchorIsAFullDayOfTheCustomersOwnZone() {
    // In Berlin it is March 31st already, so the 31st anchors here; in UTC it is still the 30th.
    assertThat(
            customers
                .register(ada.withAnchorDay(31).withZone(ZoneId.of("Europe/Berlin")), "b")
                .calendar()
                .anchor())
        .isEqualTo(LocalDate.of(2027, 3, 31));
    assertThat(customers.register(ada.withAnchorDay(31), "u").calendar().anchor())
        .isEqualTo(LocalDate.of(2027, 1, 31));
  }

  @Test
  void everyFieldAtFaultIsNamed() {
    NewCustomer wrong =
        NewCustomer.named(" ", "nobody", Currency.EUR)
            .withAnchorDay(32)
            .withAddress(new Address(null, null, null, "XX"));
    assertThatThrownBy(() -> customers.register(wrong, "w"))
        .isInstanceOfSatisfying(
            InvalidInput.class,
            e ->
                assertThat(e.violations())
                    .extracting(InvalidInput.Violation::field)
                    .containsExactly("name", "email", "address.country", "anchorDay"));
    assertThat(customers.list("", null, 10)).isEmpty();
  }

  @Test
  void whatInvoicesSayCanChangeAndIsToldOnce() {
    Customer before = customers.register(ada, "a");
    CustomerDetails wanted =
        CustomerDetails.of(before)
            .withName(" Ada Lovelace ")
            .withCompany("Engines Ltd", "DE136695976")
            .withAddress(new Address("St James's Square 12", "10115", "Berlin", "DE"))
            .withLanguage("de");
    Customer after = customers.change(before.id(), wanted);
    assertThat(CustomerDetails.of(after)).isEqualTo(wanted.withName("Ada Lovelace"));
    assertThat(after.calendar()).isEqualTo(before.calendar());
    assertThat(customers.get(before.id())).isEqualTo(after);
    // The same again changes nothing and tells nobody.
    customers.change(before.id(), wanted);
    assertThat(events.of(before.id(), 0, 10))
        .extracting(e -> e.type())
        .containsExactly("customer.registered", "customer.changed");
    assertThatThrownBy(
            () ->
                customers.change(
                    before.id(),
                    wanted.withEmail("nobody").withAddress(new Address(" ", null, null, "XX"))))
        .isInstanceOfSatisfying(
            InvalidInput.class,
            e ->
                assertThat(e.violations())
                    .extracting(InvalidInput.Violation::field)
                    .containsExactly("email", "address.country", "address.street"));
    assertThat(customers.get(before.id())).isEqualTo(after);
    assertThatThrownBy(() -> customers.change(new UUID(1, 1), wanted)).isInstanceOf(NotFound.class);
  }

  @Test
  void aSearchTakesItsTextLiterally() {
    customers.register(ada, "a");
    assertThat(customers.list("DA@ex", null, 10)).hasSize(1);
    assertThat(customers.list("%", null, 10)).isEmpty();
    assertThat(customers.list("_da", null, 10)).isEmpty();
  }
}
