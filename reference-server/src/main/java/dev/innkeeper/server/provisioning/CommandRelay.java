package dev.innkeeper.server.provisioning;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.db.SqlValues;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.capability.Commandable;
import dev.innkeeper.provisioner.capability.Commandable.Command;
import dev.innkeeper.provisioner.capability.Commandable.Result;
import dev.innkeeper.server.plugins.Provisioners;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Relays commands into resources, as far as their provisioner allows them, one at a time for each.
 * Each is written down before it is run. Thread-safe.
 */
public final class CommandRelay {
  private static final Logger LOG = LoggerFactory.getLogger(CommandRelay.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int OUTPUT_BYTES_MAX = 64 << 10;
  private static final int AT_ONCE_MAX = 16;
  private static final int WORDS_MAX = 50;
  private static final int WORD_LENGTH_MAX = 4096;

  private final Database server;
  private final Provisioners provisioners;
  private final Resources resources;
  private final Supplier<Times> clock;
  private final Semaphore places = new Semaphore(AT_ONCE_MAX);
  private final Set<UUID> busy = ConcurrentHashMap.newKeySet();

  CommandRelay(
      Database server, Provisioners provisioners, Resources resources, Supplier<Times> clock) {
    this.server = server;
    this.provisioners = provisioners;
    this.resources = resources;
    this.clock = clock;
  }

  /** How a command went. */
  public enum Outcome {
    /** It was begun; nobody has seen its end yet, or will if the server died. */
    STARTED,
    ENDED,
    REFUSED,
    TIMED_OUT,
    FAILED
  }

  /**
   * A command as it is kept.
   *
   * @param at by the engine's clock
   * @param actor who had it run, such as an e-mail address
   * @param exitCode of one that ended
   * @param message why it was refused or failed
   */
  public record Entry(
      UUID id,
      Instant at,
      String actor,
      List<String> words,
      Outcome outcome,
      @Nullable Integer exitCode,
      @Nullable String message) {
    public Entry {
      words = List.copyOf(words);
    }
  }

  /**
   * A command and what it printed, at most 64 KB.
   *
   * @param cut whether it printed more than was kept
   */
  public record Answer(Entry entry, String output, boolean cut) {}

  /** A whole line as words. Quotes keep spaces; nothing else of a shell is known. */
  public static List<String> words(String line) {
    try {
      return Words.split(line);
    } catch (IllegalArgumentException e) {
      throw new InvalidInput("words", String.valueOf(e.getMessage()));
    }
  }

  /** The programs that may be run in a resource; empty when none may. */
  public Set<String> allowed(Resource resource) {
    return commandable(resource)
        .map(relay -> (Set<String>) new TreeSet<>(relay.allowedPrograms()))
        .orElse(Set.of());
  }

  private Optional<Commandable> commandable(Resource resource) {
    return provisioners
        .find(resource.provisioner())
        .filter(Commandable.class::isInstance)
        .map(Commandable.class::cast);
  }

  /**
   * Runs a command and waits for its end, 30 s at most.
   *
   * @param words the program and its arguments; no shell reads them
   * @throws dev.innkeeper.billing.problem.NotFound when the customer has no such resource
   * @throws InvalidInput when there are no words, or too many, or too long ones
   * @throws NotAllowed with code {@code no-commands}, {@code not-running} or {@code busy}
   */
  public Answer run(UUID customerId, UUID id, String actor, List<String> words) {
    server.requireNoTransaction();
    if (words.isEmpty() || words.get(0).isBlank()) {
      throw new InvalidInput("words", "must name a program, such as: echo hello");
    }
    if (words.size() > WORDS_MAX || words.stream().anyMatch(w -> w.length() > WORD_LENGTH_MAX)) {
      throw new InvalidInput(
          "words", "must be at most " + WORDS_MAX + " words of " + WORD_LENGTH_MAX + " characters");
    }
    Resource resource = resources.get(customerId, id);
    Commandable relay =
        commandable(resource)
            .orElseThrow(() -> new NotAllowed("no-commands", "this service takes no commands"));
    if (resource.status() != ResourceStatus.RUNNING) {
      throw new NotAllowed("not-running", "commands are for what runs; this does not run now");
    }
    if (!busy.add(id)) {
      throw new NotAllowed("busy", "another command runs in this service: wait for its end");
    }
    boolean placed = places.tryAcquire();
    try {
      if (!placed) {
        throw new NotAllowed("busy", "too many commands run at the moment: try again soon");
      }
      return relay(relay, resource, actor, words);
    } finally {
      busy.remove(id);
      if (placed) {
        places.release();
      }
    }
  }

  private Answer relay(Commandable relay, Resource resource, String actor, List<String> words) {
    Entry begun =
        new Entry(
            UUID.randomUUID(), clock.get().engine(), actor, words, Outcome.STARTED, null, null);
    insert(resource, begun);
    Answer answer;
    try {
      Command command = new Command(words, TIMEOUT, OUTPUT_BYTES_MAX);
      answer =
          told(
              begun,
              Attempt.within(
                  (Provisioner) relay, () -> relay.run(Differences.ref(resource), command)));
    } catch (RuntimeException | LinkageError e) {
      LOG.warn("a command in {} failed", resource.id(), e);
      answer = new Answer(with(begun, Outcome.FAILED, null, e.toString()), "", false);
    }
    update(resource, answer.entry());
    return answer;
  }

  private static Answer told(Entry begun, Result result) {
    if (result instanceof Result.Ended ended) {
      return new Answer(
          with(begun, Outcome.ENDED, ended.exitCode(), null), ended.output(), ended.cut());
    } else if (result instanceof Result.Refused refused) {
      return new Answer(with(begun, Outcome.REFUSED, null, refused.reason()), "", false);
    }
    Result.TimedOut timedOut = (Result.TimedOut) result;
    String message =
        "it did not end within "
            + TIMEOUT.toSeconds()
            + (timedOut.ended() ? " s and was ended" : " s and may still run");
    return new Answer(with(begun, Outcome.TIMED_OUT, null, message), timedOut.output(), false);
  }

  private static Entry with(
      Entry begun, Outcome outcome, @Nullable Integer exitCode, @Nullable String message) {
    return new Entry(
        begun.id(), begun.at(), begun.actor(), begun.words(), outcome, exitCode, message);
  }

  private void insert(Resource resource, Entry entry) {
    server.run(
        handle ->
            handle
                .createUpdate(
                    "insert into @.resource_command (customer_id, resource_id, id, at, actor,"
                        + " words) values (:customer, :resource, :id, :at, :actor, :words)")
                .bind("customer", resource.customerId())
                .bind("resource", resource.id())
                .bind("id", entry.id())
                .bind("at", ResourceStore.at(entry.at()))
                .bind("actor", entry.actor())
                .bindArray("words", String.class, entry.words())
                .execute());
  }

  private void update(Resource resource, Entry entry) {
    server.run(
        handle ->
            handle
                .createUpdate(
                    "update @.resource_command set outcome = :outcome, exit_code = :exitCode,"
                        + " message = :message where customer_id = :customer"
                        + " and resource_id = :resource and id = :id")
                .bind("outcome", entry.outcome())
                .bind("exitCode", entry.exitCode())
                .bind("message", entry.message())
                .bind("customer", resource.customerId())
                .bind("resource", resource.id())
                .bind("id", entry.id())
                .execute());
  }

  /** What was run in a resource, the latest first, at most {@code limit} and 1000. */
  public List<Entry> history(UUID customerId, UUID id, int limit) {
    return server.tx(
        handle ->
            handle
                .createQuery(
                    "select id, at, actor, words, outcome, exit_code, message"
                        + " from @.resource_command where customer_id = :customer"
                        + " and resource_id = :resource order by at desc, id limit :limit")
                .bind("customer", customerId)
                .bind("resource", id)
                .bind("limit", Math.max(1, Math.min(limit, 1000)))
                .map(
                    (row, context) ->
                        new Entry(
                            row.getObject("id", UUID.class),
                            SqlValues.instant(row, "at"),
                            row.getString("actor"),
                            List.of((String[]) row.getArray("words").getArray()),
                            Outcome.valueOf(row.getString("outcome")),
                            row.getObject("exit_code", Integer.class),
                            row.getString("message")))
                .list());
  }
}
