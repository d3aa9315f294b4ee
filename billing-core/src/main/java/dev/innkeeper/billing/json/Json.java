package dev.innkeeper.billing.json;

import dev.innkeeper.billing.bytes.ByteWriter;
import java.nio.charset.StandardCharsets;

/** A JSON document as the bytes that are stored. Immutable. */
public final class Json {
  private final byte[] utf8;

  Json(byte[] utf8) {
    this.utf8 = utf8;
  }

  /** In bytes. */
  public int size() {
    return utf8.length;
  }

  public void writeTo(ByteWriter out) {
    out.bytes(utf8);
  }

  /** The document as text. */
  @Override
  public String toString() {
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
