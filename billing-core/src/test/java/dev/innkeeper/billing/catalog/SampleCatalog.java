package dev.innkeeper.billing.catalog;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The catalog that tests sell from: {@code site}, {@code forge} and {@code store}, in EUR. */
public final class SampleCatalog {
  private SampleCatalog() {}

  /** As YAML. */
  public static String yaml() {
    try (InputStream in =
        Objects.requireNonNull(SampleCatalog.class.getResourceAsStream("sample-catalog.yaml"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
