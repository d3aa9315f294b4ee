package dev.innkeeper.billing.ledger;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import dev.innkeeper.billing.problem.InvalidInput;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A movement of money to be booked: postings whose debits equal their credits in every currency.
 * Immutable, and valid once built.
 */
public final class Transfer {
  /** More postings are several transfers, linked. */
  public static final int POSTINGS_MAX = 2_000;

  private static final int METADATA_KEYS_MAX = 20;
  private static final int METADATA_KEY_LENGTH_MAX = 60;
  private static final int METADATA_VALUE_LENGTH_MAX = 500;
  private static final int KIND_LENGTH_MAX = 60;
  private static final Instant EARLIEST = Instant.parse("1970-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("9999-01-01T00:00:00Z");

  private final UUID id;
  private final String kind;
  private final List<Posting> postings;
  private final @Nullable Instant effectiveAt;
  private final Map<String, String> metadata;

  private Transfer(
      UUID id,
      String kind,
      List<Posting> postings,
      @Nullable Instant effectiveAt,
      Map<String, String> metadata) {
    this.id = id;
    this.kind = kind;
    this.postings = List.copyOf(postings);
    this.effectiveAt = effectiveAt == null ? null : effectiveAt.truncatedTo(ChronoUnit.MICROS);
    this.metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
  }

  /**
   * @param id made by the caller, a UUID of version 7 preferably: the same id has one effect
   * @param kind what happened, such as {@code top-up}: a lower-case word
   */
  public static Builder builder(UUID id, String kind) {
    return new Builder(id, kind);
  }

  public UUID id() {
    return id;
  }

  public String kind() {
    return kind;
  }

  /** Two or more, in the order they were added. */
  public List<Posting> postings() {
    return postings;
  }

  /** When it counts for the business, to the microsecond; null for when it is recorded. */
  public @Nullable Instant effectiveAt() {
    return effectiveAt;
  }

  /** Notes, sorted by key. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /**
   * The same transfer with other notes.
   *
   * @throws InvalidInput for notes beyond their limits
   */
  public Transfer withMetadata(Map<String, String> notes) {
    requireSane(notes);
    return new Transfer(id, kind, postings, effectiveAt, notes);
  }

  private static void requireSane(Map<String, String> metadata) {
    if (metadata.size() > METADATA_KEYS_MAX) {
      throw new InvalidInput("metadata", "has more than " + METADATA_KEYS_MAX + " keys");
    }
    metadata.forEach(
        (key, value) -> {
          requireText("metadata key", key, METADATA_KEY_LENGTH_MAX);
          if (key.isBlank()) {
            throw new InvalidInput("metadata", "has a blank key");
          }
          requireText("metadata." + key, value, METADATA_VALUE_LENGTH_MAX);
        });
  }

  private static void requireText(String field, String text, int lengthMax) {
    if (text.length() > lengthMax) {
      throw new InvalidInput(field, "has more than " + lengthMax + " characters");
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c == 0x7f || (Character.isSurrogate(c) && !isPaired(text, i))) {
        throw new InvalidInput(field, "has a control character or half a surrogate pair");
      }
    }
  }

  private static boolean isPaired(String text, int i) {
    return Character.isHighSurrogate(text.charAt(i))
        ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
        : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
  }

  /** For people and logs. */
  @Override
  public String toString() {
    return kind + " " + id + " " + postings;
  }

  /** Collects a transfer. Not thread-safe. */
  public static final class Builder {
    private final UUID id;
    private final String kind;
    private final List<Posting> postings = new ArrayList<>(2);
    private final Map<String, String> metadata = new TreeMap<>();
    private @Nullable Instant effectiveAt;

    private Builder(UUID id, String kind) {
      this.id = id;
      this.kind = kind;
    }

    /**
     * @param amount more than zero, in the account's currency
     * @throws InvalidInput when it is not
     */
    public Builder debit(AccountId account, Amount amount) {
      return add(account, Side.DEBIT, amount);
    }

    /**
     * @param amount more than zero, in the account's currency
     * @throws InvalidInput when it is not
     */
    public Builder credit(AccountId account, Amount amount) {
      return add(account, Side.CREDIT, amount);
    }

    public Builder posting(Posting posting) {
      postings.add(posting);
      return this;
    }

    private Builder add(AccountId account, Side side, Amount amount) {
      if (!amount.currency().equals(account.currency())) {
        throw new InvalidInput(
            "posting.amount", amount + " can't be posted to " + account + ": currencies differ");
      }
      return posting(new Posting(account, side, amount.minorUnits()));
    }

    /** When it counts for the business; when it is recorded unless set. */
    public Builder effectiveAt(Instant instant) {
      this.effectiveAt = instant;
      return this;
    }

    /** Adds a note, such as the invoice's number: at most 20, of at most 500 characters. */
    public Builder meta(String key, String value) {
      metadata.put(key, value);
      return this;
    }

    /**
     * @throws InvalidInput naming what is wrong: postings that don't balance, too many of them,
     *     sums beyond 64 bits, metadata beyond its limits
     */
    public Transfer build() {
      if (kind.length() > KIND_LENGTH_MAX || !Words.isWord(kind)) {
        throw new InvalidInput("kind", "must be a lower-case word such as top-up");
      }
      if (postings.size() < 2 || postings.size() > POSTINGS_MAX) {
        throw new InvalidInput(
            "postings", "must be 2 to " + POSTINGS_MAX + ", were " + postings.size());
      }
      if (effectiveAt != null
          && (effectiveAt.isBefore(EARLIEST) || !effectiveAt.isBefore(LATEST))) {
        throw new InvalidInput("effectiveAt", "must be in the years 1970 to 9998");
      }
      requireBalance();
      requireSane(metadata);
      return new Transfer(id, kind, postings, effectiveAt, metadata);
    }

    private void requireBalance() {
      Map<Currency, Long> debits = new HashMap<>();
      Map<Currency, Long> credits = new HashMap<>();
      try {
        for (Posting p : postings) {
          (p.side() == Side.DEBIT ? debits : credits)
              .merge(p.account().currency(), p.minorUnits(), Math::addExact);
        }
      } catch (ArithmeticException e) {
        throw new InvalidInput("postings", "the sum of one side is beyond 64 bits");
      }
      if (!debits.equals(credits)) {
        throw new InvalidInput(
            "postings",
            "debits and credits must be equal in every currency; debits are "
                + new TreeMap<>(debits)
                + ", credits "
                + new TreeMap<>(credits)
                + " in minor units");
      }
    }
  }
}
