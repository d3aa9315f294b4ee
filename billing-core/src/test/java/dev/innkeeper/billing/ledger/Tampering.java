package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.db.Database;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jdbi.v3.core.JdbiException;

/** Alters, removes, inserts and swaps rows of money at random, and puts them back. */
final class Tampering {
  private static final Map<String, List<String>> COLUMNS =
      Map.of(
          "ledger_transfer",
          List.of(
              "id = gen_random_uuid()",
              "owner = gen_random_uuid()",
              "kind = kind || 'x'",
              "status = case status when 'POSTED' then 'HELD' else 'POSTED' end",
              "message = coalesce(message, '') || 'x'",
              "request_hash = sha256(request_hash)",
              "linked = gen_random_uuid()",
              "reverses = gen_random_uuid()",
              "hold = gen_random_uuid()",
              "hold_amount = coalesce(hold_amount, 0) + 1",
              "account = coalesce(account, 0) + 1",
              "effective_at = effective_at + interval '1 microsecond'",
              "recorded_at = recorded_at - interval '1 day'",
              "metadata = 'forged'"),
          "ledger_entry",
          List.of(
              "owner = gen_random_uuid()",
              "account = account + 1",
              "seq = seq + 1000",
              "transfer_id = gen_random_uuid()",
              "line = line + 1",
              "amount = amount * 10",
              "amount = -amount",
              "balance_after = balance_after + 1",
              "recorded_at = recorded_at + interval '1 month'"),
          "ledger_account",
          List.of(
              "owner = gen_random_uuid()",
              "account = account + 1",
              "code = code || 'x'",
              "currency = 'USD'",
              "lane = lane + 1",
              "type = case type when 'ASSET' then 'EXPENSE' else 'ASSET' end",
              "floor = coalesce(floor, 0) - 1000000",
              "opened_at = opened_at - interval '1 second'",
              "balance = balance + 1",
              "balance = balance - 1",
              "held = held + 1",
              "seq = seq + 1",
              "recorded_at = recorded_at + interval '1 second'"),
          "ledger_hold",
          List.of(
              "id = gen_random_uuid()",
              "account = account + 1",
              "amount = amount + 1",
              "remaining = amount - remaining",
              "expires_at = expires_at + interval '1 day'"),
          "ledger_seal",
          List.of(
              "number = number + 100",
              "previous_hash = sha256(previous_hash)",
              "hash = sha256(hash)",
              "sealed_at = sealed_at + interval '1 second'",
              "recorded_from = recorded_from - interval '1 second'",
              "recorded_to = recorded_to + interval '1 second'",
              "ids = ids[2:]",
              "checksums = overlay(checksums placing '\\x00' from 2 for 1)"));

  private static final List<String> TABLES = List.copyOf(COLUMNS.keySet());

  private final Database db;
  private final Random random;
  private String table = "";
  private int refused;

  Tampering(Database db, Random random) {
    this.db = db;
    this.random = random;
  }

  void keepCopies() {
    db.run(
        handle ->
            TABLES.forEach(
                name -> handle.execute("create table @.copy_" + name + " as table @." + name)));
  }

  /** Does one thing that changes the table; what the database itself refuses does not count. */
  String once() {
    refused = 0;
    while (refused < 1_000) {
      table = TABLES.get(random.nextInt(TABLES.size()));
      String sql = statement();
      try {
        int changed = db.tx(handle -> handle.execute(sql));
        if (changed > 0 && isChanged()) {
          return sql;
        }
      } catch (JdbiException e) {
        refused++;
      }
    }
    throw new IllegalStateException("the database refuses every tampering");
  }

  private boolean isChanged() {
    String difference = "(table @.%1$s except all table @.%2$s)";
    return db.tx(
            handle ->
                handle
                    .createQuery(
                        "select count(*) from ("
                            + String.format(difference, table, "copy_" + table)
                            + " union all "
                            + String.format(difference, "copy_" + table, table)
                            + ") d")
                    .mapTo(Long.class)
                    .one())
        > 0;
  }

  private String statement() {
    List<String> columns = COLUMNS.get(table);
    String column = columns.get(random.nextInt(columns.size()));
    String one = "(select ctid, tableoid from @." + table + " order by random() limit 1)";
    return switch (random.nextInt(4)) {
      case 0 -> "delete from @." + table + " where (ctid, tableoid) in " + one;
      case 1 -> insertion(column);
      case 2 -> swap(column.substring(0, column.indexOf(' ')));
      default -> "update @." + table + " set " + column + " where (ctid, tableoid) in " + one;
    };
  }

  /** A row like one that is there, under another key. */
  private String insertion(String otherChange) {
    String key =
        switch (table) {
          case "ledger_transfer", "ledger_hold" -> "id = gen_random_uuid()";
          case "ledger_entry" ->
              random.nextBoolean() ? "seq = seq + 1000" : "owner = gen_random_uuid()";
          case "ledger_account" -> "owner = gen_random_uuid()";
          default -> "number = number + 100";
        };
    String twin = "twin_" + random.nextInt(1_000_000_000);
    // One statement for the driver, four for the server: a twin is made, changed and put in.
    return "create temp table "
        + twin
        + " on commit drop as select * from @."
        + table
        + " order by random() limit 1; update "
        + twin
        + " set "
        + key
        + (otherChange.startsWith(key.substring(0, 3)) || random.nextBoolean()
            ? ""
            : ", " + otherChange)
        + "; insert into @."
        + table
        + " select * from "
        + twin;
  }

  /** Two rows exchange one value. */
  private String swap(String column) {
    return "with two as (select ctid as c, tableoid as o, "
        + column
        + " as v, row_number() over ()"
        + " as n from (select * , ctid, tableoid from @."
        + table
        + " order by random() limit 2) r)"
        + " update @."
        + table
        + " t set "
        + column
        + " = b.v from two a join two b on a.n = 3 - b.n"
        + " where t.ctid = a.c and t.tableoid = a.o";
  }

  void undo() {
    db.run(
        handle -> {
          handle.execute("delete from @." + table);
          handle.execute("insert into @." + table + " select * from @.copy_" + table);
        });
  }
}
