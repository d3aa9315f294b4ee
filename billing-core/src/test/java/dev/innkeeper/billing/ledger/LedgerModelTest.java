package dev.innkeeper.billing.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.id.Ids;
import dev.innkeeper.billing.ledger.LedgerModel.Command;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.testing.MutableClock;
import dev.innkeeper.billing.testing.TestDatabase;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Random commands from several threads at once, each on customers of its own and on the house's
 * accounts that all share: every answer and every balance is the model's.
 */
class LedgerModelTest {
  private static final int THREADS = 4;
  private static final MutableClock CLOCK = MutableClock.at("2027-01-31T12:00:00Z");
  private static HikariDataSource pool;
  private static Ledger ledger;
  private static Ids ids;

  @BeforeContainer
  static void begin() {
    HikariConfig config = new HikariConfig();
    config.setDataSource(TestDatabase.createDataSource());
    config.setMaximumPoolSize(THREADS + 3);
    pool = new HikariDataSource(config);
    ledger = new Ledger(new Database(pool, TestDatabase.SCHEMA), CLOCK);
    ids = new Ids(CLOCK, new Random(1));
  }

  @AfterContainer
  static void end() {
    ledger.close();
    pool.close();
  }

  /** Raw numbers that a thread makes a command of, by what it did before. */
  record Step(int kind, int a, int b, int amount, int pick) {}

  @Provide
  Arbitrary<List<List<Step>>> scripts() {
    return scripts(250);
  }

  @Provide
  Arbitrary<List<List<Step>>> longScripts() {
    return scripts(2_500);
  }

  private static Arbitrary<List<List<Step>>> scripts(int length) {
    Arbitrary<Integer> small = Arbitraries.integers().between(0, 999).withoutEdgeCases();
    Arbitrary<Step> step = Combinators.combine(small, small, small, small, small).as(Step::new);
    return step.list().ofSize(length).list().ofSize(THREADS);
  }

  @Property(tries = 11, seed = "20270101", shrinking = ShrinkingMode.OFF)
  void everyAnswerAndBalanceIsTheModels(@ForAll("scripts") List<List<Step>> scripts)
      throws Exception {
    play(scripts);
  }

  @Tag("long")
  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void everyAnswerAndBalanceIsTheModelsAtLength(@ForAll("longScripts") List<List<Step>> scripts)
      throws Exception {
    play(scripts);
  }

  private static void play(List<List<Step>> scripts) throws Exception {
    Map<AccountId, Amount> houseBefore = house();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    List<Player> players = new ArrayList<>();
    try {
      List<Callable<Void>> jobs = new ArrayList<>();
      for (List<Step> script : scripts) {
        Player player = new Player();
        players.add(player);
        jobs.add(
            () -> {
              script.forEach(player::play);
              return null;
            });
      }
      for (Future<Void> job : threads.invokeAll(jobs)) {
        job.get();
      }
    } finally {
      threads.shutdownNow();
    }
    players.forEach(Player::compare);
    compareHouse(houseBefore, players);
    CLOCK.advance(Duration.ofDays(40));
    for (var work : ledger.dueWork()) {
      while (work.runBatch(CLOCK.instant()) > 0) {}
    }
    for (Player player : players) {
      player.model.expireAll();
      player.compare();
    }
    assertThat(ledger.trialBalance().differences().values())
        .allMatch(sum -> sum.equals(BigInteger.ZERO));
    assertThat(ledger.audit().verify(2).findings()).isEmpty();
  }

  private static Map<AccountId, Amount> house() {
    return ledger.balances(
        List.of(
            Accounts.revenue("vm", Currency.EUR),
            Accounts.revenue("vm", Currency.USD),
            Accounts.gateway("sandbox", Currency.EUR),
            Accounts.gateway("sandbox", Currency.USD)));
  }

  private static void compareHouse(Map<AccountId, Amount> before, List<Player> players) {
    house()
        .forEach(
            (id, after) -> {
              long expected = before.get(id).minorUnits();
              for (Player player : players) {
                expected += player.model.natural(id);
              }
              assertThat(after.minorUnits()).as(id.toString()).isEqualTo(expected);
            });
  }

  /** One thread: it makes commands, sends them, and knows what must come back. */
  private static final class Player {
    private final LedgerModel model = new LedgerModel();
    private final List<AccountId> accounts = new ArrayList<>();
    private final List<Sent> sent = new ArrayList<>();
    private final List<UUID> holds = new ArrayList<>();
    private final List<UUID> transfers = new ArrayList<>();

    private record Sent(Command command, List<Optional<RefusalReason>> answers) {}

    Player() {
      for (Currency currency : List.of(Currency.EUR, Currency.USD)) {
        accounts.add(Accounts.revenue("vm", currency));
        accounts.add(Accounts.gateway("sandbox", currency));
        for (int i = 0; i < 2; i++) {
          UUID customer = ids.next();
          accounts.add(Accounts.cash(customer, currency));
          accounts.add(Accounts.voucher(customer, currency));
          accounts.add(Accounts.receivable(customer, currency));
        }
        AccountId line = new AccountId(ids.next(), "credit-line", currency);
        AccountSpec spec = AccountSpec.of(line, AccountType.LIABILITY).withFloor(-500);
        ledger.open(spec);
        model.open(spec);
        accounts.add(line);
        accounts.add(new AccountId(ids.next(), "nobody-opened-this", currency));
      }
    }

    private AccountId account(int n, Currency currency) {
      List<AccountId> candidates =
          accounts.stream().filter(id -> id.currency().equals(currency)).toList();
      return candidates.get(n % candidates.size());
    }

    void play(Step step) {
      if (step.kind() < 100 && !sent.isEmpty()) {
        repeat(sent.get(step.pick() % sent.size()));
      } else if (step.kind() < 150 && !sent.isEmpty()) {
        change(sent.get(step.pick() % sent.size()));
      } else {
        Command command = command(step);
        List<Optional<RefusalReason>> expected = model.run(command);
        List<PostResult> results = send(command);
        assertThat(answers(results)).as(command.toString()).isEqualTo(expected);
        assertThat(results).noneMatch(Player::isReplayed);
        sent.add(new Sent(command, expected));
      }
    }

    /** The same again gives the same answer, unless that was one that is not kept. */
    private void repeat(Sent before) {
      if (before.answers().stream().flatMap(Optional::stream).allMatch(RefusalReason::isStored)) {
        List<PostResult> results = send(before.command());
        assertThat(answers(results)).as(before.toString()).isEqualTo(before.answers());
        assertThat(results).allMatch(Player::isReplayed);
      }
    }

    /** An id that was used for something else is refused without effect. */
    private void change(Sent before) {
      if (before.command() instanceof LedgerModel.Post post
          && before.answers().stream()
              .flatMap(Optional::stream)
              .allMatch(RefusalReason::isStored)) {
        Transfer first = post.transfers().get(0);
        Transfer.Builder other = Transfer.builder(first.id(), first.kind()).meta("changed", "yes");
        first.postings().forEach(other::posting);
        assertThat(ledger.post(other.build())).isEqualTo(new PostResult.Conflict(first.id()));
      }
    }

    private Command command(Step step) {
      int kind = step.kind() % 100;
      Currency currency = step.pick() % 2 == 0 ? Currency.EUR : Currency.USD;
      if (kind < 55) {
        List<Transfer> several = new ArrayList<>();
        int count = kind < 30 ? 1 : 1 + step.pick() % 4;
        for (int i = 0; i < count; i++) {
          several.add(transfer(step, i, currency));
        }
        several.forEach(t -> transfers.add(t.id()));
        return new LedgerModel.Post(several, kind >= 42);
      }
      if (kind < 70) {
        AccountId account = account(step.a(), currency);
        if (Chart.isSplit(account)) {
          account = Accounts.cash(ids.next(), currency);
        }
        Instant expiry = CLOCK.instant().plus(Duration.ofDays(30));
        Hold hold =
            new Hold(ids.next(), account, Amount.ofMinor(1 + step.amount() % 50, currency), expiry);
        holds.add(hold.id());
        return new LedgerModel.Reserve(hold);
      }
      UUID hold = holds.isEmpty() ? ids.next() : holds.get(step.a() % holds.size());
      if (kind < 80) {
        return new LedgerModel.Capture(hold, captureTransfer(step, hold, currency));
      }
      if (kind < 87) {
        return new LedgerModel.Release(hold, ids.next());
      }
      UUID original = transfers.isEmpty() ? ids.next() : transfers.get(step.b() % transfers.size());
      return new LedgerModel.Reverse(original, ids.next());
    }

    private Transfer transfer(Step step, int offset, Currency currency) {
      Amount amount = Amount.ofMinor(1 + (step.amount() * 7L + offset * 31L) % 300, currency);
      AccountId from = account(step.a() + offset, currency);
      AccountId to = account(step.b() + 3 * offset, currency);
      Transfer.Builder transfer =
          Transfer.builder(ids.next(), "move").debit(from, amount).credit(to, amount);
      if (step.pick() % 5 == 0) {
        AccountId third = account(step.a() + step.b(), currency);
        transfer.debit(third, amount).credit(from, amount).meta("why", "three of them");
      }
      return transfer.build();
    }

    private Transfer captureTransfer(Step step, UUID hold, Currency otherwise) {
      AccountId account =
          sent.stream()
              .map(Sent::command)
              .filter(c -> c instanceof LedgerModel.Reserve r && r.hold().id().equals(hold))
              .map(c -> ((LedgerModel.Reserve) c).hold().account())
              .findFirst()
              .orElse(account(step.b(), otherwise));
      Amount amount = Amount.ofMinor(1 + step.amount() % 40, account.currency());
      AccountId revenue = Accounts.revenue("vm", account.currency());
      Transfer.Builder transfer = Transfer.builder(ids.next(), "capture");
      return account.code().equals("receivable")
          ? transfer.debit(revenue, amount).credit(account, amount).build()
          : transfer.debit(account, amount).credit(revenue, amount).build();
    }

    private static List<PostResult> send(Command command) {
      if (command instanceof LedgerModel.Post post) {
        if (post.linked()) {
          return ledger.postLinked(post.transfers());
        }
        return post.transfers().size() == 1
            ? List.of(ledger.post(post.transfers().get(0)))
            : ledger.postAll(post.transfers());
      }
      if (command instanceof LedgerModel.Reserve reserve) {
        return List.of(ledger.reserve(reserve.hold()));
      }
      if (command instanceof LedgerModel.Capture capture) {
        return List.of(ledger.capture(capture.hold(), capture.transfer()));
      }
      if (command instanceof LedgerModel.Release release) {
        return List.of(ledger.release(release.hold(), release.id()));
      }
      LedgerModel.Reverse reverse = (LedgerModel.Reverse) command;
      return List.of(ledger.reverse(reverse.original(), reverse.id(), Map.of()));
    }

    private static List<Optional<RefusalReason>> answers(List<PostResult> results) {
      List<Optional<RefusalReason>> answers = new ArrayList<>();
      for (PostResult result : results) {
        assertThat(result).isNotInstanceOf(PostResult.Conflict.class);
        answers.add(
            result instanceof PostResult.Refused refused
                ? Optional.of(refused.reason())
                : Optional.empty());
      }
      return answers;
    }

    private static boolean isReplayed(PostResult result) {
      return result instanceof PostResult.Posted posted
          ? posted.replayed()
          : result instanceof PostResult.Refused refused && refused.replayed();
    }

    void compare() {
      Map<AccountId, Long> expected = new HashMap<>();
      Map<AccountId, Long> found = new HashMap<>();
      for (AccountId id : accounts) {
        if (!id.isHouse() && !id.code().startsWith("nobody")) {
          expected.put(id, model.natural(id) - model.held(id));
          found.put(id, ledger.available(id).minorUnits());
        }
      }
      assertThat(found).isEqualTo(expected);
    }
  }
}
