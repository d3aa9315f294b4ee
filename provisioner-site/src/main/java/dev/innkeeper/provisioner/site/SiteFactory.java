package dev.innkeeper.provisioner.site;

import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.ProvisionerContext;
import dev.innkeeper.provisioner.ProvisionerFactory;
import dev.innkeeper.provisioner.settings.Setting;
import dev.innkeeper.provisioner.settings.Settings;
import dev.innkeeper.provisioner.settings.SettingsSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.pf4j.Extension;

/** The plugin's door: what it is called, what can be set, and how it is made. */
@Extension
public final class SiteFactory implements ProvisionerFactory {
  private static final SettingsSchema SETTINGS =
      SettingsSchema.of(
          Setting.wholeNumber("port", 0, 65_535, "the TCP port to serve on; 0 for any free one")
              .orElse("8090"),
          Setting.text("bindAddress", "the local address to serve on").orElse("127.0.0.1"),
          Setting.text("domain", "the host name whose subdomains are sites' own addresses")
              .orElse("localhost"),
          Setting.text("publicScheme", "what browsers use, before a proxy if there is one")
              .oneOf("http", "https")
              .orElse("http"),
          Setting.wholeNumber("publicPort", 0, 65_535, "the port browsers use; 0 for the real one")
              .orElse("0"),
          Setting.url("payUrl", "where the page of a suspended site sends its owner to pay")
              .orElse(""));

  @Override
  public String kind() {
    return "site";
  }

  @Override
  public SettingsSchema settings() {
    return SETTINGS;
  }

  @Override
  public Provisioner create(ProvisionerContext context) {
    return create(context, new Disk());
  }

  static SiteProvisioner create(ProvisionerContext context, Disk disk) {
    Settings settings = context.settings();
    InetSocketAddress address =
        new InetSocketAddress(
            settings.text("bindAddress"), Math.toIntExact(settings.wholeNumber("port")));
    String domain = settings.text("domain");
    try {
      SiteStore store = new SiteStore(context.dataFolder(), disk);
      SiteServer server =
          SiteServer.start(address, store, domain, new Pages(settings.optionalText("payUrl")));
      long publicPort = settings.wholeNumber("publicPort");
      SiteAddress addresses =
          new SiteAddress(
              settings.text("publicScheme"),
              domain,
              publicPort == 0 ? server.port() : Math.toIntExact(publicPort));
      return new SiteProvisioner(store, server, addresses);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "sites can't be served on "
              + address
              + " from "
              + context.dataFolder()
              + ": "
              + Optional.ofNullable(e.getMessage()).orElse(e.toString())
              + "; set another port or bindAddress, or make the folder writable",
          e);
    }
  }
}
