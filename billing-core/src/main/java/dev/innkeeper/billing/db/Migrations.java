package dev.innkeeper.billing.db;

import java.util.Arrays;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationState;

/** Brings the engine's schema to this version, and refuses any other. */
public final class Migrations {
  private final Flyway flyway;
  private final String schema;

  public Migrations(DataSource dataSource, String schema) {
    this.schema = schema;
    this.flyway =
        Flyway.configure(Migrations.class.getClassLoader())
            .dataSource(dataSource)
            .schemas(schema)
            .defaultSchema(schema)
            .table("schema_history")
            .locations("classpath:dev/innkeeper/billing/migration")
            .load();
  }

  /** Creates the schema or brings it to this version; does nothing when it is there already. */
  public void migrate() {
    requireNotNewer(flyway.info());
    flyway.migrate();
  }

  /**
   * @throws SchemaMismatch when the schema is older or newer than this version of the engine
   */
  public void requireCurrent() {
    MigrationInfoService info = flyway.info();
    requireNotNewer(info);
    if (info.pending().length > 0) {
      throw new SchemaMismatch(
          "schema '"
              + schema
              + "' is "
              + (info.current() == null ? "empty" : "at version " + info.current().getVersion())
              + ", this version of Innkeeper needs "
              + info.pending()[info.pending().length - 1].getVersion()
              + ": run './innkeeper migrate', or call migrate() on the engine's builder");
    }
  }

  private void requireNotNewer(MigrationInfoService info) {
    boolean newer =
        Arrays.stream(info.all())
            .map(MigrationInfo::getState)
            .anyMatch(
                state ->
                    state == MigrationState.FUTURE_SUCCESS
                        || state == MigrationState.FUTURE_FAILED);
    if (newer) {
      throw new SchemaMismatch(
          "schema '"
              + schema
              + "' was written by a newer version of Innkeeper: start that version or a later one;"
              + " there is no way back but a restored backup");
    }
  }
}
