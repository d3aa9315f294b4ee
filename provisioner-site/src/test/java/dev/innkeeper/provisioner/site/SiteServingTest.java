package dev.innkeeper.provisioner.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.provisioner.Outcome;
import dev.innkeeper.provisioner.Provisioner;
import dev.innkeeper.provisioner.ProvisionerContext;
import dev.innkeeper.provisioner.ResourceId;
import dev.innkeeper.provisioner.ResourceRef;
import dev.innkeeper.provisioner.ResourceSpec;
import dev.innkeeper.provisioner.capability.Addressed;
import dev.innkeeper.provisioner.capability.Resizable;
import dev.innkeeper.provisioner.contract.Faults;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SiteServingTest {
  @TempDir Path folder;
  private SiteWorld world;
  private Provisioner provisioner;
  private final ResourceRef ref = new ResourceRef(new ResourceId(UUID.randomUUID()), "my-site");

  @BeforeEach
  void open() throws IOException {
    world = new SiteWorld(folder.resolve("data"));
    provisioner = world.open(Faults.none());
    run("1", "path");
  }

  @AfterEach
  void close() {
    provisioner.close();
    world.close();
  }

  @Test
  void aNewSiteSaysThatItWorks() {
    HttpResponse<String> page = world.get(world.urlOf(ref));
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body()).contains("It works", "my-site");
    assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
  }

  @Test
  void aSuspendedSiteSaysHowToPay() {
    provisioner.ensureSuspended(ref);
    HttpResponse<String> page = world.get(world.urlOf(ref));
    assertThat(page.statusCode()).isEqualTo(402);
    assertThat(page.body()).contains("href=\"https://billing.example.org/pay\"");
    assertThat(page.headers().firstValue("Cache-Control")).contains("no-store");
  }

  @Test
  void aTerminatedSiteIsGoneWithItsFiles() {
    provisioner.ensureAbsent(ref);
    assertThat(world.get(world.urlOf(ref)).statusCode()).isEqualTo(404);
    assertThat(world.contentOf(ref)).doesNotExist();
  }

  @Test
  void aSiteWithItsOwnAddressIsReachedThereAndNowhereElse() throws IOException {
    run("1", "own");
    assertThat(raw("GET / HTTP/1.1", "my-site.localhost:" + world.port())).contains(" 200 ");
    assertThat(raw("GET / HTTP/1.1", "MY-SITE.localhost")).contains(" 200 ");
    assertThat(world.get(world.urlOf(ref)).statusCode()).isEqualTo(404);
    assertThat(((Addressed) provisioner).addresses(ref).get(0).value())
        .startsWith("http://my-site.localhost:")
        .endsWith("/");
    run("1", "path");
    assertThat(raw("GET / HTTP/1.1", "my-site.localhost")).contains(" 404 ");
  }

  @Test
  void nothingOutsideTheSiteIsServed() throws IOException {
    Files.writeString(folder.resolve("secret.txt"), "s3cret");
    Files.createSymbolicLink(
        world.contentOf(ref).resolve("link.txt"), folder.resolve("secret.txt"));
    Files.writeString(world.contentOf(ref).resolve(".hidden"), "s3cret");
    String site = "/sites/my-site";
    for (String path :
        new String[] {
          site + "/link.txt",
          site + "/.hidden",
          site + "/../../sites/" + ref.id() + ".properties",
          site + "/..%2f..%2fsites%2f" + ref.id() + ".properties",
          site + "/%2e%2e/%2e%2e/secret.txt",
          site + "/..%5c..%5csecret.txt",
          site + "//etc/passwd",
          "/sites/../secret.txt",
          "/sites/%2e%2e/",
          "/sites//",
          "/"
        }) {
      String answer = raw("GET " + path + " HTTP/1.1", "127.0.0.1");
      assertThat(answer).as(path).contains(" 404 ").doesNotContain("s3cret", "uploadKey");
    }
  }

  @Test
  void theOwnerPutsAndDeletesFiles() {
    assertThat(put("a/b.css", "p {}", world.uploadKey(ref))).isEqualTo(201);
    assertThat(put("a/b.css", "p { margin: 0 }", world.uploadKey(ref))).isEqualTo(204);
    HttpResponse<String> file = world.get(world.urlOf(ref) + "a/b.css");
    assertThat(file.body()).isEqualTo("p { margin: 0 }");
    assertThat(file.headers().firstValue("Content-Type")).contains("text/css; charset=utf-8");
    assertThat(put("a", "a folder is there", world.uploadKey(ref))).isEqualTo(409);
    assertThat(put("../b.css", "out", world.uploadKey(ref))).isEqualTo(400);
    assertThat(put("b.css", "not mine", "wrong")).isEqualTo(401);
    HttpRequest delete =
        HttpRequest.newBuilder(URI.create(world.urlOf(ref) + "a/b.css"))
            .header("Authorization", "Bearer " + world.uploadKey(ref))
            .DELETE()
            .build();
    assertThat(world.send(delete).statusCode()).isEqualTo(204);
    assertThat(world.get(world.urlOf(ref) + "a/b.css").statusCode()).isEqualTo(404);
  }

  @Test
  void theQuotaHolds() throws IOException {
    String half = "x".repeat(512 * 1024);
    String key = world.uploadKey(ref);
    assertThat(put("one.txt", half, key)).isEqualTo(201);
    assertThat(put("two.txt", half, key)).isEqualTo(413);
    assertThat(world.get(world.urlOf(ref) + "two.txt").statusCode()).isEqualTo(404);
    assertThat(put("one.txt", half, key)).as("in place of itself").isEqualTo(204);
    try (var files = Files.list(world.contentOf(ref))) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("index.html", "one.txt");
    }
  }

  @Test
  void manySmallFilesCountToo() {
    String key = world.uploadKey(ref);
    int created = 0;
    while (created < 300 && put("f" + created, "x", key) == 201) {
      created++;
    }
    assertThat(created).as("files of 4 KB at least, beside the first page").isEqualTo(255);
  }

  @Test
  void aSmallerSizeThanItsFilesIsRefusedWithTheWayOut() {
    run("3", "path");
    for (int i = 0; i < 2; i++) {
      put("f" + i, "x".repeat(1 << 20), world.uploadKey(ref));
    }
    assertThat(((Resizable) provisioner).effectOf(spec("1", "path")))
        .isInstanceOf(Resizable.Effect.Refused.class);
    Outcome refused = provisioner.ensureRunning(spec("1", "path"));
    assertThat(refused).isInstanceOf(Outcome.Failed.class);
    assertThat(((Outcome.Failed) refused).message()).contains("3 MB", "1 MB", "delete some first");
    assertThat(world.get(world.urlOf(ref)).statusCode()).as("still served").isEqualTo(200);
  }

  @Test
  void aLostFolderIsDriftAndComesBack() throws IOException {
    new Disk().deleteTree(world.contentOf(ref));
    assertThat(provisioner.observe(ref).drift())
        .containsExactly("the folder of its files is missing");
    run("1", "path");
    assertThat(world.get(world.urlOf(ref)).statusCode()).isEqualTo(200);
  }

  @Test
  void aBrowserThatHasThePageIsNotSentItAgain() {
    String tag = world.get(world.urlOf(ref)).headers().firstValue("ETag").orElseThrow();
    HttpRequest again =
        HttpRequest.newBuilder(URI.create(world.urlOf(ref))).header("If-None-Match", tag).build();
    assertThat(world.send(again).statusCode()).isEqualTo(304);
  }

  @Test
  void aTakenPortIsSaidWithTheWayOut() {
    ProvisionerContext context =
        new ProvisionerContext(
            "site",
            folder.resolve("other"),
            Clock.systemUTC(),
            new SiteFactory().settings().read("", Map.of("port", String.valueOf(world.port()))));
    assertThatThrownBy(() -> new SiteFactory().create(context))
        .hasMessageContaining(String.valueOf(world.port()))
        .hasMessageContaining("set another port");
  }

  private void run(String quotaMegabytes, String address) {
    assertThat(provisioner.ensureRunning(spec(quotaMegabytes, address))).isEqualTo(Outcome.ready());
  }

  private ResourceSpec spec(String quotaMegabytes, String address) {
    return new ResourceSpec(ref, "owner", SiteWorld.site(quotaMegabytes, address));
  }

  private int put(String path, String content, String key) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(world.urlOf(ref) + path))
            .header("Authorization", "Bearer " + key)
            .PUT(HttpRequest.BodyPublishers.ofString(content))
            .build();
    return world.send(request).statusCode();
  }

  /** As it is, where an HTTP client would tidy the path or choose the host itself. */
  private String raw(String firstLine, String host) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), world.port())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          (firstLine + "\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      out.flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
