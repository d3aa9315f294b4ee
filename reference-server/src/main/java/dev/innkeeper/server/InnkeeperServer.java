package dev.innkeeper.server;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.catalog.CatalogDiff;
import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.invoice.InvoiceSettings;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.payment.spi.PaymentProvider;
import dev.innkeeper.billing.problem.BillingException;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.webhook.WebhookSettings;
import dev.innkeeper.documents.InvoiceDocuments;
import dev.innkeeper.server.auth.Access;
import dev.innkeeper.server.auth.Identity;
import dev.innkeeper.server.config.Mode;
import dev.innkeeper.server.config.ServerConfig;
import dev.innkeeper.server.documents.InvoiceFiles;
import dev.innkeeper.server.mail.MailWorker;
import dev.innkeeper.server.mail.Mails;
import dev.innkeeper.server.pages.Pages;
import dev.innkeeper.server.plugins.PaymentPlugins;
import dev.innkeeper.server.plugins.Plugins;
import dev.innkeeper.server.plugins.Provisioners;
import dev.innkeeper.server.provisioning.Orchestrator;
import dev.innkeeper.server.provisioning.ProvisioningHook;
import dev.innkeeper.server.rest.Metrics;
import dev.innkeeper.server.rest.RestApi;
import dev.innkeeper.server.runtime.BillingRuns;
import dev.innkeeper.server.runtime.DueWorker;
import dev.innkeeper.server.runtime.Services;
import dev.innkeeper.server.runtime.Shop;
import dev.innkeeper.server.store.DataFolder;
import dev.innkeeper.server.store.PaymentModes;
import dev.innkeeper.server.store.ServerDatabase;
import dev.innkeeper.server.store.StartProblem;
import dev.innkeeper.server.time.TrialClock;
import dev.innkeeper.server.time.TrialTime;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running server: database, engine, REST and pages. Thread-safe.
 *
 * <p>It starts wholly or not at all, and what it started ends with {@link #close}.
 */
public final class InnkeeperServer implements AutoCloseable {
  /** The file in the data folder that holds an admin's API token, for the command line. */
  public static final String ADMIN_TOKEN_FILE = "admin.token";

  /** The file in the data folder that holds the first admin's sign-in. */
  public static final String ADMIN_SIGN_IN_FILE = "admin.sign-in";

  /** The file in the data folder that says where the running server listens. */
  public static final String ADDRESS_FILE = "server.address";

  private static final String TOLD = "innkeeper.problem-told";

  static final String FIRST_ADMIN = "admin@innkeeper.local";

  private static final Logger LOG = LoggerFactory.getLogger(InnkeeperServer.class);

  /** When due work is done. */
  public enum Work {
    /** As it falls due. */
    BY_ITSELF,
    /** Only with what is asked for. */
    ON_REQUEST
  }

  private final Deque<AutoCloseable> parts;
  private final Services services;
  private final String url;

  private InnkeeperServer(Deque<AutoCloseable> parts, Services services, String url) {
    this.parts = parts;
    this.services = services;
    this.url = url;
  }

  /**
   * Starts a server and returns once it answers.
   *
   * @throws StartProblem when it can't start; nothing is left running then
   */
  public static InnkeeperServer start(ServerConfig config) {
    return start(config, Work.BY_ITSELF);
  }

  /** {@link #start(ServerConfig)} with a say in when due work is done. */
  public static InnkeeperServer start(ServerConfig config, Work work) {
    Deque<AutoCloseable> parts = new ArrayDeque<>();
    try {
      return start(config, work, parts);
    } catch (RuntimeException e) {
      closeAll(parts);
      throw e;
    }
  }

  private static InnkeeperServer start(ServerConfig config, Work work, Deque<AutoCloseable> parts) {
    requireFreePort(config.http());
    InvoiceDocuments documents = documents(config.documentTemplates());
    Mails.Texts texts = texts(config.mail().templates());
    DataFolder folder = DataFolder.take(config.dataFolder());
    parts.push(folder);
    ServerDatabase database = ServerDatabase.open(config.database(), folder);
    parts.push(database);
    database.migrate();
    TrialClock trialClock = trialClock(config, database.server());
    Plugins plugins = Plugins.load(config.pluginsFolder(), config.pluginModules());
    parts.push(plugins);
    Found found = new Found(config, plugins);
    ProvisioningHook hook = new ProvisioningHook();
    Mails mails = Mails.create(database.server(), Clock.systemUTC(), texts, config);
    BillingEngine engine =
        engine(found, database, trialClock == null ? Clock.systemUTC() : trialClock)
            .hook(hook.eventHook())
            .hook(mails.hook())
            .build();
    parts.push(engine);
    sealSecrets(engine);
    sell(engine, config.catalogFile());
    InvoiceFiles invoiceFiles = InvoiceFiles.of(engine, documents);
    MailWorker mailWorker = mails.worker(engine, documents, invoiceFiles);
    parts.push(mailWorker);
    Orchestrator orchestrator =
        provisioning(found, database, new Hooked(engine, hook, folder.nodeName()), parts);
    DueWorker worker =
        new DueWorker(
            engine,
            List.of(() -> orchestrator.tick(Clock.systemUTC().instant()), mailWorker::writeDue));
    parts.push(worker);
    Access access = new Access(database.server(), engine, Clock.systemUTC());
    BillingRuns runs = new BillingRuns(engine);
    parts.push(runs);
    Services services =
        new Services(
            config,
            engine,
            access,
            BillingJson.mapper(),
            trialClock == null
                ? Optional.empty()
                : Optional.of(new TrialTime(trialClock, worker::drain)),
            new Shop(engine, new ProvisionedResources(orchestrator), worker::soon),
            orchestrator,
            invoiceFiles,
            mails,
            runs,
            worker::soon);
    Javalin web = listen(services);
    parts.push(web::stop);
    String url = "http://" + host(config) + ":" + web.port();
    writeAdminFiles(folder, access, url);
    if (work == Work.BY_ITSELF) {
      worker.start(config.workInterval());
      orchestrator.start();
      mailWorker.start(config.workInterval());
    }
    LOG.info("listening on {}", url);
    return new InnkeeperServer(parts, services, url);
  }

  /** Those from before there was a key. */
  private static void sealSecrets(BillingEngine engine) {
    int sealed = engine.webhooks().sealSecrets();
    if (sealed > 0) {
      LOG.info("sealed {} secrets of webhooks that were stored as they are", sealed);
    }
  }

  /**
   * Puts the price list of the configuration in force; one that is in force already changes
   * nothing.
   */
  private static void sell(BillingEngine engine, @Nullable Path catalog) {
    if (catalog == null) {
      return;
    }
    CatalogDiff diff;
    try {
      diff = engine.catalog().apply(Files.readString(catalog), "catalog.file");
    } catch (IOException e) {
      throw new StartProblem("can't read the price list " + catalog + " (" + e + ")", e);
    } catch (BillingException e) {
      throw new StartProblem(
          "the price list " + catalog + " can't be put in force: " + e.getMessage(), e);
    }
    diff.warnings().forEach(warning -> LOG.warn("{}: {}", catalog, warning));
    if (!diff.changes().isEmpty()) {
      LOG.info("the price list {} is in force: {} changes", catalog, diff.changes().size());
    }
  }

  private static InvoiceDocuments documents(@Nullable Path templates) {
    if (templates == null) {
      return InvoiceDocuments.standard();
    }
    try {
      return InvoiceDocuments.withTemplates(templates);
    } catch (InvalidInput e) {
      throw new StartProblem(
          "the templates of invoices in " + templates + " can't be used: " + e.getMessage(), e);
    }
  }

  private static Mails.Texts texts(@Nullable Path folder) {
    try {
      return Mails.Texts.read(folder);
    } catch (InvalidInput e) {
      throw new StartProblem(
          "the texts of mails in " + folder + " can't be used: " + e.getMessage(), e);
    }
  }

  /** An engine, the hook it was built with, and what this server is called. */
  private record Hooked(BillingEngine engine, ProvisioningHook hook, String node) {}

  /** What is wanted, and what there is for it. */
  private record Found(ServerConfig config, Plugins plugins) {}

  /** An engine with the payment providers that are configured; with the sandbox for want of any. */
  private static BillingEngine.Builder engine(Found found, ServerDatabase database, Clock clock) {
    BillingEngine.Builder builder =
        BillingEngine.builder()
            .dataSource(database.dataSource())
            .schema(ServerDatabase.ENGINE_SCHEMA)
            .clock(clock)
            .webhooks(
                WebhookSettings.standard()
                    .withTargets(found.config().webhookTargets())
                    .withSecretCipher(found.config().secretCipher()))
            .invoicing(
                InvoiceSettings.of(found.config().seller()).withTaxPolicy(found.config().tax()))
            .migrate();
    List<PaymentProvider> providers;
    try {
      providers = PaymentPlugins.open(found.plugins(), found.config(), clock);
    } catch (IllegalArgumentException e) {
      throw new StartProblem(String.valueOf(e.getMessage()), e);
    }
    new PaymentModes(database.server(), Clock.systemUTC()).require(providers);
    for (PaymentProvider provider : providers) {
      LOG.info("payments by {} in {} mode", provider.code(), provider.mode());
      builder.paymentProvider(provider);
    }
    return found.config().mode() == Mode.TRIAL && providers.isEmpty() ? builder.sandbox() : builder;
  }

  private static Orchestrator provisioning(
      Found found, ServerDatabase database, Hooked hooked, Deque<AutoCloseable> parts) {
    ServerConfig config = found.config();
    Plugins plugins = found.plugins();
    Provisioners provisioners;
    try {
      provisioners =
          Provisioners.open(
              plugins,
              config.provisioners(),
              config.dataFolder().resolve("provisioners"),
              Clock.systemUTC());
    } catch (IllegalArgumentException | UncheckedIOException e) {
      throw new StartProblem(
          "a provisioner can't start: " + e.getMessage() + " (settings: provisioners.*)", e);
    }
    parts.push(provisioners);
    Orchestrator orchestrator =
        Orchestrator.create(
            new Orchestrator.Parts(
                hooked.engine(),
                database.server(),
                provisioners,
                hooked.hook(),
                Clock.systemUTC(),
                new SecureRandom()),
            Orchestrator.Options.standard().withNode(hooked.node()));
    parts.push(orchestrator);
    return orchestrator;
  }

  private static @Nullable TrialClock trialClock(ServerConfig config, Database server) {
    return config.mode() == Mode.PRODUCTION
        ? null
        : TrialClock.load(
            server, Clock.systemUTC(), config.trial().clockStart(), config.trial().clockStands());
  }

  private static String host(ServerConfig config) {
    String host = config.http().host();
    return host.equals("0.0.0.0") || host.equals("::") ? "localhost" : host;
  }

  /**
   * Asked before anything is begun, so that a taken port leaves nothing half-started.
   *
   * @throws StartProblem when the port is taken
   */
  public static void requireFreePort(ServerConfig.Http http) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(http.host(), http.port()));
    } catch (IOException e) {
      throw cantListen(http, e);
    }
  }

  private static StartProblem cantListen(ServerConfig.Http http, Exception cause) {
    return new StartProblem(
        "can't listen on "
            + http.host()
            + ":"
            + http.port()
            + " ("
            + cause.getMessage()
            + "): stop what uses the port, or choose another with --port or http.port",
        cause);
  }

  private static Javalin listen(Services services) {
    ServerConfig.Http http = services.config().http();
    Javalin web =
        Javalin.create(
            javalin -> {
              configure(javalin, http);
              javalin.routes.before(InnkeeperServer::refuseNul);
              RestApi api = new RestApi(services);
              Pages pages = new Pages(services);
              api.addTo(javalin.routes);
              new Metrics(services).addTo(javalin.routes);
              pages.addTo(javalin.routes);
              javalin.events.serverStopping(pages::close);
              tellProblems(javalin.routes, api, pages);
            });
    try {
      return web.start(http.host(), http.port());
    } catch (RuntimeException e) {
      throw cantListen(http, e);
    }
  }

  /** No text of the database can hold the character, and nobody has a use for it. */
  private static void refuseNul(Context ctx) {
    String query = ctx.queryString();
    if (query != null && query.contains("%00")) {
      throw new InvalidInput("query", "must not contain the character NUL");
    }
  }

  /** Problems of the API are told as JSON, all others as a page. */
  private static void tellProblems(RoutesConfig routes, RestApi api, Pages pages) {
    BiConsumer<Context, Exception> tell =
        (ctx, failure) -> {
          ctx.attribute(TOLD, true);
          if (RestApi.isFor(ctx)) {
            api.problem(ctx, failure);
          } else {
            pages.problem(ctx, failure);
          }
        };
    // Javalin has a handler of its own for its refusals, which only one as specific replaces.
    routes.exception(HttpResponseException.class, (failure, ctx) -> tell.accept(ctx, failure));
    routes.exception(Exception.class, (failure, ctx) -> tell.accept(ctx, failure));
    for (HttpStatus unmatched : List.of(HttpStatus.NOT_FOUND, HttpStatus.METHOD_NOT_ALLOWED)) {
      routes.error(
          unmatched,
          ctx -> {
            if (ctx.attribute(TOLD) == null) {
              tell.accept(
                  ctx, new HttpResponseException(unmatched.getCode(), unmatched.getMessage()));
            }
          });
    }
  }

  private static void configure(JavalinConfig javalin, ServerConfig.Http http) {
    javalin.startup.showJavalinBanner = false;
    javalin.startup.showOldJavalinVersionWarning = false;
    javalin.http.maxRequestSize = http.bodyBytesMax();
    javalin.http.prefer405over404 = true;
    javalin.http.defaultContentType = "text/plain; charset=utf-8";
  }

  private static void writeAdminFiles(DataFolder folder, Access access, String url) {
    Identity admin =
        access
            .anyAdmin()
            .orElseGet(
                () -> {
                  String password = newPassword();
                  Identity made = access.setAdmin(FIRST_ADMIN, password);
                  folder.writeSecret(ADMIN_SIGN_IN_FILE, FIRST_ADMIN + " " + password);
                  return made;
                });
    folder.writeSecret(ADMIN_TOKEN_FILE, access.issue(admin, Access.Kind.API).secret());
    folder.writeSecret(ADDRESS_FILE, url);
  }

  private static String newPassword() {
    byte[] bytes = new byte[15];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Where it listens, such as {@code http://127.0.0.1:8080}. */
  public String url() {
    return url;
  }

  public Services services() {
    return services;
  }

  @Override
  public void close() {
    closeAll(parts);
  }

  private static void closeAll(Deque<AutoCloseable> parts) {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        LOG.error("a part of the server did not stop in order", e);
      }
    }
  }
}
