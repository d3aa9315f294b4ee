package dev.innkeeper.billing.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is exported is read by the programs it is for, where they are installed. */
class LedgerExportTest {
  private static final Instant FIRST = Instant.EPOCH;
  private static final Instant LAST = Instant.parse("2100-01-01T00:00:00Z");

  private final MutableClock clock = MutableClock.at("2027-01-31T12:00:00Z");
  private final Database db = TestDatabase.create();
  private final Ids ids = new Ids(clock, new Random(7));
  private final Ledger ledger = new Ledger(db, clock);
  private final AccountId revenue = Accounts.revenue("v_m.small-1", Currency.EUR);
  @TempDir private Path folder;

  @BeforeEach
  void someBusiness() {
    for (int i = 1; i <= 50; i++) {
      clock.advance(Duration.ofDays(1));
      Currency currency = i % 5 == 0 ? Currency.of("TFT") : Currency.EUR;
      AccountId cash = Accounts.cash(ids.next(), currency);
      Amount amount = Amount.ofMinor(i * 1_234L, currency);
      ledger.require(
          Transfer.builder(ids.next(), "top-up")
              .debit(Accounts.gateway("sandbox", currency), amount)
              .credit(cash, amount)
              .meta("note", "a \"quoted\" \\ text; with [2027/01/01], a:tag: and =signs, {}")
              .build());
      AccountId income = i % 5 == 0 ? Accounts.revenue("storage", currency) : revenue;
      ledger.require(
          Transfer.builder(ids.next(), "charge")
              .debit(cash, Amount.ofMinor(i, currency))
              .credit(income, Amount.ofMinor(i, currency))
              .effectiveAt(clock.instant().minus(Duration.ofDays(20)))
              .build());
    }
  }

  @AfterEach
  void close() {
    ledger.close();
  }

  private Path write(String name, StringWriter content) throws IOException {
    return Files.writeString(folder.resolve(name), content.toString());
  }

  private static boolean isInstalled(String program) {
    for (String entry : System.getenv("PATH").split(":", -1)) {
      if (Files.isExecutable(Path.of(entry, program))) {
        return true;
      }
    }
    return false;
  }

  /** The program's output; the test fails when the program does. */
  private static String run(String... command) throws Exception {
    Assumptions.assumeTrue(isInstalled(command[0]), command[0] + " is not installed: not checked");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  @Test
  void csvHasALineForEveryEntry() {
    StringWriter csv = new StringWriter();
    ledger.export().csv(FIRST, LAST, csv);
    List<String> lines = csv.toString().lines().toList();
    assertThat(lines).hasSize(201);
    assertThat(lines.get(1))
        .contains(",top-up,", ",house,gateway/sandbox,EUR,ASSET,12.34,,")
        .endsWith("\"note=a \"\"quoted\"\" \\ text; with [2027/01/01], a:tag: and =signs, {}\"");
    StringWriter part = new StringWriter();
    ledger.export().csv(Instant.parse("2027-02-05T00:00:00Z"), LAST, part);
    assertThat(part.toString().lines()).hasSize(201 - 16);
  }

  @Test
  void beanCheckAcceptsTheBeancountFile() throws Exception {
    StringWriter text = new StringWriter();
    ledger.export().beancount(FIRST, LAST, text);
    assertThat(text.toString()).contains("open Income:Revenue:V-Um-Dsmall-1 EUR");
    assertThat(run("bean-check", write("books.beancount", text).toString())).isEmpty();
  }

  @Test
  void hledgerReadsTheJournalAndSumsAsWeDo() throws Exception {
    StringWriter text = new StringWriter();
    ledger.export().journal(FIRST, LAST, text);
    String file = write("books.journal", text).toString();
    run("hledger", "-f", file, "check");
    String balance =
        run("hledger", "-f", file, "balance", "--flat", "Income:Revenue:V-Um-Dsmall-1");
    assertThat(balance).contains(ledger.balance(revenue).negated().toPlainString() + " EUR");
    assertThat(run("hledger", "-f", file, "balance", "--flat")).contains("TFT");
  }

  @Test
  void ledgerCliReadsTheJournalAndSumsAsWeDo() throws Exception {
    StringWriter text = new StringWriter();
    ledger.export().journal(FIRST, LAST, text);
    String file = write("books.ledger", text).toString();
    String balance = run("ledger", "-f", file, "balance", "--flat", "Income:Revenue:V-Um-Dsmall-1");
    assertThat(balance).contains(ledger.balance(revenue).negated().toPlainString() + " EUR");
    List<String> total = new ArrayList<>(run("ledger", "-f", file, "balance").lines().toList());
    assertThat(total.get(total.size() - 1).strip()).isEqualTo("0");
  }
}
