package dev.innkeeper.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.innkeeper.billing.testing.TestDatabase;
import dev.innkeeper.server.TestServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What commands print, and what they exit with. */
class CommandTest {
  @TempDir private Path folder;

  /** What a command left behind. */
  private record Ended(int code, String output, String errors) {}

  private static Ended run(String... arguments) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
    try {
      int code = InnkeeperCommand.execute(arguments);
      return new Ended(
          code, output.toString(StandardCharsets.UTF_8), errors.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  @Test
  void anUnusableConfigurationIsUsageError() throws Exception {
    Path file = Files.writeString(folder.resolve("bad.yaml"), "http:\n  port: eighty\n");
    Ended ended = run("serve", "--config", file.toString());
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.errors())
        .contains("bad.yaml, line 2: http.port: 'eighty' must be a whole number from 0 to 65535")
        .doesNotContain("\tat ");
  }

  @Test
  void aTakenPortFailsTheDemoBeforeAnythingIsWritten() throws Exception {
    Path data = folder.resolve("demo");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Ended ended =
          run("demo", "--data", data.toString(), "--port", "" + taken.getLocalPort(), "--once");
      assertThat(ended.code()).isEqualTo(1);
      assertThat(ended.errors()).contains("choose another with --port").doesNotContain("\tat ");
    }
    assertThat(data).doesNotExist();
  }

  @Test
  void everyCommandTellsHowItIsUsed() {
    List<CommandLine> open = new ArrayList<>(List.of(new CommandLine(new InnkeeperCommand())));
    List<String> without = new ArrayList<>();
    int seen = 0;
    while (!open.isEmpty()) {
      CommandLine command = open.remove(0);
      seen++;
      if (command.getCommandSpec().findOption("--help") == null) {
        without.add(command.getCommandSpec().qualifiedName());
      }
      open.addAll(command.getSubcommands().values());
    }
    assertThat(without).isEmpty();
    assertThat(seen).isGreaterThan(30);
    Ended ended = run("demo", "--help");
    assertThat(ended.code()).isZero();
    assertThat(ended.output()).contains("--sites-port");
  }

  @Test
  void anUnknownOptionIsAUsageError() {
    assertThat(run("serve", "--prot", "1").code()).isEqualTo(2);
    assertThat(run("sevre").code()).isEqualTo(2);
  }

  @Test
  void pluginNewMakesAProjectOrSaysWhatIsWrong() {
    Path made = folder.resolve("vms");
    Ended ended = run("plugin", "new", "my-vms", "--package", "a.b", "--dir", made.toString());
    assertThat(ended.code()).isZero();
    assertThat(ended.output()).contains(made.toString());
    assertThat(made.resolve("src/main/java/a/b/MyVmsFactory.java")).exists();
    Ended again = run("plugin", "new", "my-vms", "--dir", made.toString());
    assertThat(again.code()).isEqualTo(1);
    assertThat(again.errors()).contains("has something in it; name another");
    assertThat(run("plugin").code()).isEqualTo(2);
  }

  @Test
  void commandsSpeakToTheRunningServer() {
    try (TestServer server = TestServer.start()) {
      String data = server.server().services().config().dataFolder().toString();
      assertThat(run("clock", "show", "--data", data).output())
          .isEqualTo("2026-01-01T00:00:00Z (stands still)\n");
      assertThat(run("clock", "advance", "P1M", "--data", data).output())
          .isEqualTo("It is now 2026-02-01T00:00:00Z\n");
      Ended vouchers = run("voucher", "issue", "5.00", "--codes", "3", "--data", data);
      assertThat(vouchers.output().lines()).hasSize(3);
      Ended webhook =
          run("webhook", "add", "http://127.0.0.1:9/x", "--events", "invoice.*", "--data", data);
      assertThat(webhook.output()).contains("secret  whsec_");
      String id = webhook.output().lines().findFirst().orElseThrow().substring("id      ".length());
      assertThat(run("webhook", "list", "--data", data).output())
          .contains(id, "http://127.0.0.1:9/x", "invoice.*", "enabled")
          .doesNotContain("whsec_");
      assertThat(run("webhook", "test", id, "--data", data).output()).contains("can't connect");
      assertThat(run("webhook", "log", id, "--data", data).output()).contains("webhook.test");
      assertThat(run("webhook", "rotate", id, "--data", data).output()).contains("whsec_");
      assertThat(run("webhook", "replay", id, "--data", data).output()).isEqualTo("0 sent again\n");
      assertThat(run("webhook", "parked", id, "--data", data).output().lines()).hasSize(1);
      assertThat(run("webhook", "remove", id, "--data", data).errors()).contains("disable");
      assertThat(run("webhook", "disable", id, "--data", data).output()).contains("disabled");
      assertThat(run("webhook", "remove", id, "--data", data).output()).isEqualTo("removed\n");
      Ended wrong = run("voucher", "issue", "5.005", "--data", data);
      assertThat(wrong.code()).isEqualTo(1);
      assertThat(wrong.errors()).contains("5.005 has more decimals than EUR, which has 2");
      assertThat(run("trial-balance", "--data", data).output()).contains("account");
      Ended coupon = run("coupon", "create", "half", "--percent", "50", "--data", data);
      assertThat(coupon.errors()).isEmpty();
      assertThat(run("coupon", "list", "--data", data).output()).contains("HALF");
      assertThat(run("coupon", "withdraw", coupon.output().trim(), "--data", data).output())
          .isEqualTo("HALF\n");
      for (String list : List.of("payment list", "payout list", "voucher requests", "reminders")) {
        List<String> words = new ArrayList<>(List.of(list.split(" ")));
        words.addAll(List.of("--data", data));
        assertThat(run(words.toArray(String[]::new)).code()).as(list).isZero();
      }
      Ended missing = run("catalog", "plan", folder.resolve("no.yaml").toString(), "--data", data);
      assertThat(missing.code()).isEqualTo(2);
      assertThat(missing.errors()).contains("name a readable file");
    }
  }

  private static String customer(TestServer server) {
    return server.signUp("Ada", "ada@example.org", Map.of()).id().toString();
  }

  @Test
  void anInvoiceIsWrittenAndIssuedAtTheCommandLine() {
    try (TestServer server = TestServer.start()) {
      String data = server.server().services().config().dataFolder().toString();
      String ada = customer(server);
      String[] create = {
        "invoice",
        "draft",
        "create",
        ada,
        "--data",
        data,
        "--line",
        "Set-up=99.00",
        "--line",
        "a = b, hours=2.5x80",
        "--line",
        "Discount=-20"
      };
      String draft = run(create).output().trim();
      assertThat(run("invoice", "draft", "list", "--data", data).output())
          .contains(draft, ada, "Set-up");
      assertThat(run("invoice", "draft", "show", ada, draft, "--data", data).output())
          .contains("a = b, hours", "2.5", "200.00 EUR", "total 279.00 EUR", "revision 1");
      String[] change = {
        "invoice",
        "draft",
        "change",
        ada,
        draft,
        "--data",
        data,
        "--revision",
        "1",
        "--line",
        "Set-up=89.00",
        "--due",
        "2026-01-31",
        "--note",
        "Thanks"
      };
      assertThat(run(change).output()).isEqualTo("revision 2\n");
      assertThat(run(change).errors()).contains("at revision 2");
      Ended issued = run("invoice", "draft", "issue", ada, draft, "--data", data);
      assertThat(issued.output()).startsWith("INV-2026-");
      assertThat(run("invoice", "list", ada, "--data", data).output())
          .contains(issued.output().trim(), "89.00 EUR");
      String other = run(create).output().trim();
      assertThat(run("invoice", "draft", "discard", ada, other, "--data", data).output())
          .isEqualTo("discarded\n");
      assertThat(run("invoice", "draft", "list", "--customer", ada, "--data", data).output())
          .hasLineCount(1);
      Ended wrong =
          run("invoice", "draft", "create", ada, "--data", data, "--line", "Set-up for 99.00");
      assertThat(wrong.code()).isEqualTo(2);
      assertThat(wrong.errors()).contains("must be TEXT=PRICE or TEXT=QUANTITYxPRICE");
    }
  }

  @Test
  void anIssuedInvoiceIsTakenBackAndGivenUpAtTheCommandLine() {
    try (TestServer server = TestServer.start()) {
      String data = server.server().services().config().dataFolder().toString();
      String ada = customer(server);
      List<String> numbers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        String draft =
            run("invoice", "draft", "create", ada, "--line", "Set-up=99.00", "--data", data)
                .output()
                .trim();
        numbers.add(run("invoice", "draft", "issue", ada, draft, "--data", data).output().trim());
      }
      String[] part = {
        "invoice",
        "credit",
        ada,
        numbers.get(0),
        "--reason",
        "Too dear",
        "--line",
        "1=9.00",
        "--key",
        "part",
        "--data",
        data
      };
      assertThat(run(part).output()).isEqualTo("CN-2026-000001 9.00 EUR\n");
      assertThat(run(part).output()).isEqualTo("CN-2026-000001 9.00 EUR\n");
      assertThat(
              run("invoice", "credit", ada, numbers.get(0), "--reason", "All", "--data", data)
                  .output())
          .isEqualTo("CN-2026-000002 90.00 EUR\n");
      assertThat(
              run("invoice", "void", ada, numbers.get(0), "--reason", "No", "--data", data)
                  .errors())
          .contains("only an open invoice on which nothing was paid or credited");
      assertThat(
              run("invoice", "void", ada, numbers.get(1), "--reason", "No", "--data", data)
                  .output())
          .isEqualTo("VOID\n");
      assertThat(
              run("invoice", "write-off", ada, numbers.get(2), "--reason", "Gone", "--data", data)
                  .output())
          .isEqualTo("UNCOLLECTIBLE\n");
      assertThat(
              run("invoice", "reinstate", ada, numbers.get(2), "--reason", "Back", "--data", data)
                  .output())
          .isEqualTo("OPEN\n");
      assertThat(
              run("invoice", "void", ada, "INV-2026-9", "--reason", "No", "--data", data).errors())
          .contains("the customer has no invoice INV-2026-9");
    }
  }

  @Test
  void mailsAreListedAndShownAndSentAgainAtTheCommandLine() {
    try (TestServer server = TestServer.start()) {
      String data = server.server().services().config().dataFolder().toString();
      String ada = customer(server);
      String draft =
          run("invoice", "draft", "create", ada, "--line", "Set-up=12.50", "--data", data)
              .output()
              .trim();
      run("invoice", "draft", "issue", ada, draft, "--data", data);
      run("clock", "advance", "PT1H", "--data", data);
      Ended list = run("mail", "list", "--status", "held", "--data", data);
      assertThat(list.output()).contains(ada, "HELD", "ada@example.org", "Invoice INV-");
      String mail = list.output().lines().skip(1).findFirst().orElseThrow().split(" ", 2)[0];
      assertThat(run("mail", "show", ada, mail, "--data", data).output())
          .startsWith("event")
          .contains("invoice.issued", "attached  1", "Hello Ada", "12.50");
      Ended resent = run("mail", "resend", ada, mail, "--data", data);
      assertThat(resent.code()).isEqualTo(1);
      assertThat(resent.errors()).contains("set mail.host first");
      Ended wrong = run("mail", "list", "--status", "lost", "--data", data);
      assertThat(wrong.errors()).contains("must be one of new, held, ready, sent, parked");
    }
  }

  @Test
  void withoutARunningServerACommandStartsOneForItself() {
    String data = folder.resolve("data").toString();
    String url = TestDatabase.server().jdbcUrl(TestDatabase.createDatabase());
    Ended ended = run("trial-balance", "--data", data, "--database-url", url);
    assertThat(ended.code()).as(ended.errors()).isZero();
    assertThat(ended.output()).startsWith("account");
    Ended migrated = run("migrate", "--data", data, "--database-url", url);
    assertThat(migrated.output()).contains("up to date").doesNotContain("password");
  }
}
