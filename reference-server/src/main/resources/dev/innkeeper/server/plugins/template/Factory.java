package @package@;

import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.ProvisionerContext;
import dev.innkeeper.provisioner.ProvisionerFactory;
import dev.innkeeper.provisioner.settings.Setting;
import dev.innkeeper.provisioner.settings.SettingsSchema;
import org.pf4j.Extension;

/** The plugin's door: what products call it, what can be set, and how it is made. */
@Extension
public final class @Class@Factory implements ProvisionerFactory {
  private static final SettingsSchema SETTINGS =
      SettingsSchema.of(
          Setting.url("url", "where things are reached").orElse("http://localhost:8080"));

  @Override
  public String kind() {
    return "@name@";
  }

  @Override
  public SettingsSchema settings() {
    return SETTINGS;
  }

  @Override
  public Provisioner create(ProvisionerContext context) {
    return new @Class@Provisioner(
        new @Class@Backend(context.dataFolder()), context.settings().text("url"));
  }
}
