package dev.innkeeper.provisioner.site;

import dev.innkeeper.provisioner.SpecProblem;
import dev.innkeeper.provisioner.settings.Setting;
import dev.innkeeper.provisioner.settings.Settings;
import dev.innkeeper.provisioner.settings.SettingsSchema;
import dev.innkeeper.provisioner.workload.CustomWorkload;
import dev.innkeeper.provisioner.workload.Workload;
import java.util.List;

/**
 * What a product says of a site: a {@link CustomWorkload} of kind {@code static-site}.
 *
 * @param quotaMegabytes how much its files may hold, in units of 1,048,576 bytes
 * @param ownAddress whether it has a host name of its own, or shares one and has a path
 */
record SiteParameters(long quotaMegabytes, boolean ownAddress) {
  static final String WORKLOAD_KIND = "static-site";
  private static final long QUOTA_MEGABYTES_MAX = 1L << 20;
  private static final SettingsSchema SCHEMA =
      SettingsSchema.of(
          Setting.wholeNumber(
              "quotaMegabytes", 1, QUOTA_MEGABYTES_MAX, "how much the site's files may hold"),
          Setting.text("address", "a host name of its own, or a path on the shared one")
              .oneOf("own", "path")
              .orElse("path"));

  static List<SpecProblem> check(Workload workload) {
    if (workload instanceof CustomWorkload custom && custom.kind().equals(WORKLOAD_KIND)) {
      return SCHEMA.check("parameters.", custom.parameters());
    }
    return List.of(
        new SpecProblem(
            "workload", "must be a custom workload of kind '" + WORKLOAD_KIND + "' for a site"));
  }

  /** Reads what {@link #check} found right. */
  static SiteParameters of(Workload workload) {
    Settings settings = SCHEMA.read("parameters.", ((CustomWorkload) workload).parameters());
    return new SiteParameters(
        settings.wholeNumber("quotaMegabytes"), settings.text("address").equals("own"));
  }

  long quotaBytes() {
    return quotaMegabytes << 20;
  }
}
