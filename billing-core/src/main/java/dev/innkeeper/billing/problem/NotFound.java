package dev.innkeeper.billing.problem;

/** What a request names does not exist, or not for the one who asks. */
public final class NotFound extends BillingException {
  private final String type;
  private final String id;

  /**
   * @param type what was looked for, such as {@code invoice}
   * @param id the name it was looked for by
   */
  public NotFound(String type, String id) {
    super(type + "-not-found", "there is no " + type + " " + id);
    this.type = type;
    this.id = id;
  }

  public String type() {
    return type;
  }

  public String id() {
    return id;
  }
}
