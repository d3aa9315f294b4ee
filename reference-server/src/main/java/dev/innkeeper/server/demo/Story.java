package dev.innkeeper.server.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.innkeeper.server.client.ApiClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Two months of a small hoster, played through the public API of a trial server whose clock stands.
 * Every amount is compared with what was worked out by hand. For one use by one thread.
 */
public final class Story {
  /** Where the trial's clock must stand before it begins. */
  public static final String BEGIN = "2026-06-01T00:00:00Z";

  /** Everybody's password: what is sold here is not real. */
  public static final String PASSWORD = "innkeeper-demo";

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("d MMM uuuu", Locale.ENGLISH);
  private static final String GOOD_CARD = "4242424242424242";
  private static final String EMPTY_CARD = "4000000000000341";

  private final ApiClient anybody;
  private final ApiClient admin;
  private final String provider;
  private final Narrator narrator;
  private final Stage stage;

  /**
   * A story whose cards are the sandbox's.
   *
   * @param admin with an admin's token
   */
  public Story(ApiClient admin, PrintStream out, Stage stage) {
    this(admin, out, stage, "sandbox");
  }

  /**
   * @param admin with an admin's token
   * @param provider the payment provider's code: {@code sandbox}, or {@code stripe} by its double
   */
  public Story(ApiClient admin, PrintStream out, Stage stage, String provider) {
    this.provider = provider;
    this.anybody = ApiClient.of(admin.url());
    this.admin = admin;
    this.narrator = new Narrator(out);
    this.stage = stage;
  }

  /**
   * Plays it.
   *
   * @throws StoryBroken when something does not come out as it must
   */
  public void play() {
    require(
        anybody.get("/v1/clock").path("now").asText().equals(BEGIN),
        "the trial's clock should stand at " + BEGIN);
    openShop();
    String code = issueVoucher();
    Cast ada = adaArrives(code);
    Cast ben = benArrives();
    String benSite = benSite(ben);
    advance("P10D");
    raisePrices();
    Cast cleo = cleoArrives();
    advance("P20D");
    juneIsBilled(ada, ben, cleo);
    benIsReminded(ben, benSite);
    benPays(ben, benSite);
    advance("P1D");
    julyIsBilled(ada, ben, cleo);
    closeBooks();
  }

  private void openShop() {
    narrator.chapter(today(), "A hoster opens");
    admin.postYaml("/v1/admin/catalog/apply", stage.catalog(resource("catalog.yaml")));
    narrator.say("The price list is in force: web sites by the hour, with a cap a month.");
    for (String size : List.of("small", "medium", "large")) {
      for (String address : List.of("no", "yes")) {
        narrator.say("    " + label(size, address), quote(size, address));
      }
    }
  }

  private static String label(String size, String address) {
    return size + (address.equals("yes") ? ", with an address of its own" : "");
  }

  private String quote(String size, String address) {
    JsonNode quote =
        anybody.post(
            "/v1/quotes",
            Map.of("product", "site", "options", Map.of("size", size, "address", address)));
    return quote.at("/monthly/amount").asText() + " EUR";
  }

  private String issueVoucher() {
    JsonNode issued =
        admin.post("/v1/admin/vouchers", Map.of("name", "Opening", "amount", "5.00", "codes", 1));
    narrator.say("The admin issues a voucher: " + issued.at("/codes/0").asText(), "5.00 EUR");
    return issued.at("/codes/0").asText();
  }

  private Cast adaArrives(String code) {
    narrator.chapter(today(), "Ada");
    Cast ada = Cast.signUp(anybody, "Ada", "ada@example.org", PASSWORD);
    addCard(ada, GOOD_CARD);
    narrator.say("Ada signs up and adds a card, visa …4242.");
    JsonNode redeemed = ada.api().post("/v1/voucher-redemptions", Map.of("code", code));
    check(Fact.ADA_VOUCHER, redeemed.path("amount"), "She redeems the voucher");
    JsonNode topUp = ada.api().post("/v1/top-ups", Map.of("amount", "10.00"));
    check(Fact.ADA_TOP_UP, topUp.path("amount"), "She tops up from the card");
    startSite(ada, "ada-notes", "small", "no");
    startSite(ada, "ada-shop", "medium", "yes");
    return ada;
  }

  private void addCard(Cast who, String number) {
    who.addCard(provider, number);
    await(who.name() + "'s card to be there", () -> who.hasCard(number));
  }

  private Cast benArrives() {
    narrator.chapter(today(), "Ben");
    Cast ben = Cast.signUp(anybody, "Ben", "ben@example.org", PASSWORD);
    addCard(ben, EMPTY_CARD);
    narrator.say("Ben signs up and adds a card that will be declined, visa …0341.");
    startSite(ben, "ben-films", "large", "no");
    return ben;
  }

  private String startSite(Cast who, String site, String size, String address) {
    JsonNode started = who.start(site, size, address);
    String id = started.at("/subscription/id").asText();
    String url = awaitAddress(who, id);
    await(
        who.name() + "'s site at " + url + " to answer 200",
        () -> Site.status(url) == 200,
        () -> who.api().get("/v1/subscriptions/" + id).toString());
    narrator.say("Started: " + site + ", " + label(size, address));
    narrator.say("    " + url, "answers 200");
    return url;
  }

  private static String awaitAddress(Cast who, String id) {
    List<String> found = new ArrayList<>();
    await(
        who.name() + "'s service to have an address",
        () -> {
          String address = who.api().get("/v1/subscriptions/" + id).path("address").asText("");
          if (!address.isEmpty() && !address.equals("null")) {
            found.add(address);
          }
          return !found.isEmpty();
        });
    return found.get(0);
  }

  /** What there is to know of it, for whoever has to find out why it is not as told. */
  private static String firstService(Cast who) {
    return who.api().get("/v1/subscriptions").at("/items/0").toString();
  }

  private static String benSite(Cast ben) {
    return ben.api().get("/v1/subscriptions").at("/items/0/address").asText();
  }

  private void raisePrices() {
    narrator.chapter(today(), "The admin raises a price");
    String before = quote("small", "no");
    admin.postYaml("/v1/admin/catalog/apply", stage.catalog(resource("raise.yaml")));
    narrator.say("The small site costs more from now on, for who starts one from now on.");
    narrator.say("    it was " + before + ", and is", quote("small", "no"));
  }

  private Cast cleoArrives() {
    narrator.chapter(today(), "Cleo");
    Cast cleo = Cast.signUp(anybody, "Cleo", "cleo@example.org", PASSWORD);
    addCard(cleo, GOOD_CARD);
    narrator.say("Cleo signs up, adds a card and starts what Ada has, at the new price.");
    startSite(cleo, "cleo-poems", "small", "no");
    return cleo;
  }

  private void juneIsBilled(Cast ada, Cast ben, Cast cleo) {
    narrator.chapter(today(), "June is over: invoices are issued, and settled");
    JsonNode adas = ada.invoice();
    JsonNode small = line(adas, "small");
    JsonNode medium = line(adas, "medium");
    check(Fact.ADA_SMALL_JUNE, small.path("amount"), "Ada's small site: " + why(small));
    check(Fact.ADA_MEDIUM_JUNE, medium.path("amount"), "Ada's medium site: " + why(medium));
    check(Fact.ADA_JUNE, adas.path("total"), "Ada's invoice " + adas.path("number").asText());
    check(Fact.ADA_JUNE_VOUCHER, spent(ada, "voucher"), "    from her voucher");
    check(Fact.ADA_JUNE_CASH, spent(ada, "cash"), "    from her cash");
    check(Fact.ADA_JUNE_CARD, charged(ada), "    from her card");
    requirePaid(adas);
    JsonNode cleos = cleo.invoice();
    check(
        Fact.CLEO_JUNE,
        cleos.path("total"),
        "Cleo's invoice " + cleos.path("number").asText() + ": " + why(line(cleos, "small")));
    requirePaid(cleos);
    narrator.say("    paid from her card");
    JsonNode bens = ben.invoice();
    check(Fact.BEN_JUNE, bens.path("total"), "Ben's invoice " + bens.path("number").asText());
    require(
        ben.api().get("/v1/payments").at("/items/0/state").asText().equals("DECLINED"),
        "Ben's card should have been declined");
    require(bens.path("status").asText().equals("OPEN"), "Ben's invoice should be open");
    narrator.say(
        "    his card is declined: it stays open, to be paid before " + day(bens.path("dueAt")));
  }

  private void benIsReminded(Cast ben, String site) {
    advance("P15D");
    long before = 0;
    boolean suspended = false;
    for (int day = 0; day < 40 && !suspended; day++) {
      List<String> events = events(ben);
      long reminders = count(events, "grace.reminder");
      if (reminders > before) {
        narrator.chapter(today(), "Ben is reminded, with the invoice attached");
        require(Site.status(site) == 200, "a site is not suspended before its time");
        narrator.say("His site still runs.", "answers 200");
        narrator.say("    by mail: " + reminder(ben));
        before = reminders;
      }
      suspended = events.contains("subscription.suspended");
      if (!suspended) {
        advance("P1D");
      }
    }
    require(suspended, "Ben's site should have been suspended");
    require(before >= 2, "Ben should have been reminded every week, but was " + before + " times");
    narrator.chapter(today(), "Ben's site is suspended");
    check(Fact.BEN_OWES, ben.wallet().path("owed"), "Ben owes");
    int status = stage.stoppedStatus();
    await("Ben's site to be stopped", () -> Site.status(site) == status, () -> firstService(ben));
    narrator.say(
        status == 0
            ? "Whoever visits his site finds nobody there."
            : "Whoever visits his site is told how it comes back.",
        stage.stopped());
  }

  /** The subject of the latest reminder, which must have the invoice with it. */
  private String reminder(Cast who) {
    for (JsonNode mail : admin.get("/v1/admin/mails?limit=100").path("items")) {
      if (mail.path("event").asText().equals("grace.reminder")
          && mail.path("customerId").asText().equals(who.id())) {
        require(!mail.path("invoiceIds").isEmpty(), "the reminder should have the invoice with it");
        return mail.path("subject").asText();
      }
    }
    throw new StoryBroken(who.name() + " should have been reminded by mail");
  }

  private void benPays(Cast ben, String site) {
    advance("P1D");
    narrator.chapter(today(), "Ben pays");
    addCard(ben, GOOD_CARD);
    await("Ben's card to pay", () -> ben.invoice().path("status").asText().equals("PAID"));
    JsonNode invoice = ben.invoice();
    requirePaid(invoice);
    narrator.say(
        "He adds a card that works, visa …4242, and it pays at once.",
        invoice.at("/settled/amount").asText() + " EUR");
    await(
        "Ben's site to answer 200 again", () -> Site.status(site) == 200, () -> firstService(ben));
    narrator.say("His site is back, with all its files.", "answers 200");
  }

  private void julyIsBilled(Cast ada, Cast ben, Cast cleo) {
    narrator.chapter(today(), "July is over");
    for (Map.Entry<Fact, Cast> entry :
        List.of(
            Map.entry(Fact.ADA_JULY, ada),
            Map.entry(Fact.BEN_JULY, ben),
            Map.entry(Fact.CLEO_JULY, cleo))) {
      JsonNode invoice = entry.getValue().invoice();
      check(
          entry.getKey(),
          invoice.path("total"),
          entry.getValue().name() + "'s invoice " + invoice.path("number").asText() + ", paid");
      requirePaid(invoice);
    }
  }

  private void closeBooks() {
    narrator.chapter(today(), "The books");
    JsonNode balance = admin.get("/v1/admin/trial-balance");
    check(Fact.REVENUE, account(balance, "revenue/site"), "Revenue");
    check(Fact.PROMOTION, account(balance, "promotion"), "Given away as vouchers");
    check(Fact.GATEWAY, account(balance, "gateway/" + provider), "At the card provider");
    check(Fact.FEES, account(balance, "fee/" + provider), "The card provider's fees");
    check(Fact.OWED, account(balance, "receivable"), "Owed by customers");
    require(
        balance.path("balanced").asBoolean() && balance.at("/differences/EUR").asText().equals("0"),
        "debits and credits should be equal");
    narrator.say("Debits less credits, over every account", "0.00 EUR");
  }

  private static JsonNode account(JsonNode balance, String code) {
    for (JsonNode row : balance.path("rows")) {
      if (row.path("code").asText().equals(code)) {
        return row.path("balance");
      }
    }
    throw new StoryBroken("the ledger has no account " + code);
  }

  private static JsonNode line(JsonNode invoice, String size) {
    for (JsonNode line : invoice.path("lines")) {
      if (line.path("description").asText().contains("size=" + size)) {
        return line;
      }
    }
    throw new StoryBroken("there is no line for the " + size + " site in invoice " + invoice);
  }

  private static String why(JsonNode line) {
    return line.path("explanation").asText();
  }

  /** What was last taken from a pocket of the wallet, as a positive amount. */
  private static JsonNode spent(Cast who, String pocket) {
    JsonNode entry = who.api().get("/v1/wallet/history?pocket=" + pocket).at("/items/0/amount");
    require(
        entry.path("amount").asText().startsWith("-"), "something should be taken from " + pocket);
    return JsonNodeFactory.instance
        .objectNode()
        .put("amount", entry.path("amount").asText().substring(1))
        .put("currency", entry.path("currency").asText());
  }

  private static JsonNode charged(Cast who) {
    JsonNode payment = who.api().get("/v1/payments").at("/items/0");
    require(payment.path("state").asText().equals("SUCCEEDED"), "the card should be charged");
    return payment.path("amount");
  }

  private List<String> events(Cast who) {
    List<String> types = new ArrayList<>();
    admin
        .get("/v1/admin/customers/" + who.id() + "/events?limit=100")
        .path("items")
        .forEach(event -> types.add(event.path("type").asText()));
    return types;
  }

  private static long count(List<String> all, String one) {
    return all.stream().filter(one::equals).count();
  }

  private void check(Fact fact, JsonNode amount, String text) {
    String told = amount.path("amount").asText() + " " + amount.path("currency").asText();
    require(
        told.equals(fact.amount() + " EUR"),
        fact.text() + " should be " + fact.amount() + " EUR, but is " + told);
    narrator.say(text, told);
  }

  private static void requirePaid(JsonNode invoice) {
    require(
        invoice.path("status").asText().equals("PAID"),
        "invoice " + invoice.path("number").asText() + " should be paid");
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new StoryBroken(otherwise);
    }
  }

  private static void await(String what, BooleanSupplier condition) {
    await(what, condition, () -> "");
  }

  private static void await(String what, BooleanSupplier condition, Supplier<String> state) {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadlineNanos) {
        throw new StoryBroken(
            ("waited " + PATIENCE.toSeconds() + " s for " + what + " " + state.get()).strip());
      }
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
  }

  private void advance(String by) {
    admin.post("/v1/admin/clock/advance", Map.of("by", by));
  }

  private String today() {
    return day(anybody.get("/v1/clock").path("now"));
  }

  private static String day(JsonNode instant) {
    return DAY.format(Instant.parse(instant.asText()).atZone(ZoneOffset.UTC));
  }

  private static String resource(String name) {
    try (InputStream in = Story.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the server's jar lacks " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
