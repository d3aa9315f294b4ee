package dev.innkeeper.billing.payment;

import static dev.innkeeper.billing.payment.PaymentFixture.FAILS_WHEN_CHARGED;
import static dev.innkeeper.billing.payment.PaymentFixture.GOOD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.invoice.InvoiceStatus;
import dev.innkeeper.billing.testing.TestDatabase;
import dev.innkeeper.billing.time.Interval;
import java.io.File;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Dies before and after every commit and every call of a provider: nothing is lost or doubled. */
class PaymentCrashTest {
  private static final int DEATHS_AT_A_POINT = 50;
  private static final int WORLDS_OF_A_PROCESS = 10;

  /** To go on with where a long run was broken off: {@code -Dcrash.from=35}. */
  private static final int FIRST_POINT = Integer.getInteger("crash.from", 1);

  /** Ends a thread as a crash ends a process: nothing catches it, transactions are undone. */
  private static final class Crash extends Error {
    private static final long serialVersionUID = 1;
  }

  private static final class World {
    private final PaymentFixture f = new PaymentFixture();
    private final UUID customer = f.customer();
    private final UUID invoice;

    World() {
      f.card(customer, FAILS_WHEN_CHARGED);
      f.card(customer, GOOD);
      f.sandbox().takeWebhooks();
      this.invoice = f.invoice(customer, "50.00");
    }

    void close() {
      f.close();
    }

    /** Gives how many points were passed. */
    int play(int fatalPoint) {
      CrashPoints points =
          new CrashPoints(
              fatalPoint,
              () -> {
                throw new Crash();
              });
      try {
        CrashScenario.of(f.dataSource, f.clock, customer, points).play();
      } catch (Crash e) {
        return points.passed();
      }
      return points.passed();
    }

    /** Starts again: what was under way ends by itself, and the client asks again. */
    void recover(String what) {
      for (int i = 0; i < 3; i++) {
        f.clock.advance(Duration.ofHours(1));
        f.runDue();
      }
      CrashScenario.play(f.engine, customer);
      f.runDue();
      assertThat(f.invoiceOf(customer, invoice).status()).as(what).isEqualTo(InvoiceStatus.PAID);
      // Each top-up once, and for the invoice what the wallet did not hold at that moment.
      long taken = f.takenBySandbox();
      assertThat(taken).as(what).isIn(6000L, 8000L);
      assertThat(f.engine.wallets().of(customer).cash().minorUnits())
          .as(what)
          .isEqualTo(taken - 5000 - 400);
      assertThat(f.engine.wallets().of(customer).owed().isZero()).as(what).isTrue();
      assertThat(
              f.engine.payments().list(customer, null, 50).stream()
                  .filter(p -> p.state() == PaymentState.SUCCEEDED))
          .as(what)
          .hasSize(3);
      assertThat(f.engine.payments().list(customer, null, 50))
          .as(what)
          .allMatch(p -> p.state().isFinal());
      Interval all =
          new Interval(
              f.clock.instant().minus(Duration.ofDays(2)),
              f.clock.instant().plus(Duration.ofDays(2)));
      assertThat(f.engine.reconciliation().compare("sandbox", all).differences())
          .as(what)
          .isEmpty();
      assertThat(f.engine.ledger().trialBalance().isBalanced()).isTrue();
    }
  }

  private static void dieAtEvery(int step) {
    int points = dieAt(0);
    assertThat(points).isGreaterThan(20);
    for (int point = 1; point <= points; point += step) {
      dieAt(point);
    }
  }

  /** Dies at the point, or not at all at 0; gives how many points were passed. */
  private static int dieAt(int point) {
    World world = new World();
    try {
      int points = world.play(point);
      world.recover("crash at point " + point);
      return points;
    } finally {
      world.close();
    }
  }

  @Test
  void aCrashAtAnyPointLosesAndDoublesNothing() {
    dieAtEvery(4);
  }

  @Test
  @Tag("long")
  void aCrashAtEveryPointLosesAndDoublesNothing() {
    dieAtEvery(1);
  }

  @Test
  void aProcessThatHaltsLosesAndDoublesNothing() throws Exception {
    haltAt(9);
    haltAt(24);
  }

  @Test
  @Tag("long")
  void aProcessThatHaltsAnywhereFiftyTimesLosesAndDoublesNothing() throws Exception {
    int points = dieAt(0);
    for (int point = FIRST_POINT; point <= points; point++) {
      for (int died = 0; died < DEATHS_AT_A_POINT; died += WORLDS_OF_A_PROCESS) {
        haltAt(point, WORLDS_OF_A_PROCESS);
      }
      System.out.printf("halted %d times at point %d of %d%n", DEATHS_AT_A_POINT, point, points);
    }
  }

  private static void haltAt(int point) throws Exception {
    haltAt(point, 1);
  }

  /** One process keeps the books of some operators, and dies when all of them are at the point. */
  private static void haltAt(int point, int count) throws Exception {
    List<World> worlds = Collections.synchronizedList(new ArrayList<>());
    try {
      IntStream.range(0, count).parallel().forEach(i -> worlds.add(new World()));
      die(worlds, point);
      worlds.parallelStream().forEach(world -> world.recover("halt at point " + point));
    } finally {
      worlds.parallelStream().forEach(World::close);
    }
  }

  private static void die(List<World> worlds, int point) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                CrashScenario.class.getName(),
                String.valueOf(point)));
    for (World world : worlds) {
      command.add(TestDatabase.server().jdbcUrl(world.f.database));
      command.add(world.f.clock.instant().toString());
      command.add(world.customer.toString());
    }
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(42);
  }
}
