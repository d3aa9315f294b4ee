package dev.innkeeper.billing.webhook;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.work.DueWork;
import java.time.Instant;

/** Throws away the delivery log once it is old. */
public final class WebhookLogPurge implements DueWork {
  private static final int ROWS_A_BATCH = 5_000;

  private final Database db;
  private final WebhookSettings settings;

  public WebhookLogPurge(Database db, WebhookSettings settings) {
    this.db = db;
    this.settings = settings;
  }

  @Override
  public String name() {
    return "webhook-log";
  }

  /** By the receivers' time, which is what the log is written in. */
  @Override
  public int runBatch(Instant now) {
    Instant before = settings.wireClock().instant().minus(settings.retention());
    return db.tx(
        handle ->
            handle
                .createUpdate(
                    "delete from @.webhook_attempt a using (select endpoint_id, id"
                        + " from @.webhook_attempt where at < :before order by at limit :limit"
                        + " for update skip locked) o"
                        + " where a.endpoint_id = o.endpoint_id and a.id = o.id")
                .bind("before", EndpointStore.at(before))
                .bind("limit", ROWS_A_BATCH)
                .execute());
  }
}
