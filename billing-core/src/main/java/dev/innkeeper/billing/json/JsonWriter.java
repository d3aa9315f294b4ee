package dev.innkeeper.billing.json;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SequenceWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Writes many values, each as a document of its own: what a mapper prepares for every document is
 * prepared once. Not thread-safe.
 */
public final class JsonWriter implements AutoCloseable {
  private static final int SIZE_FIRST = 1_024;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(SIZE_FIRST);
  private final SequenceWriter values;

  public JsonWriter(ObjectMapper mapper) {
    try {
      this.values = mapper.writer().withRootValueSeparator("").writeValues(out);
    } catch (IOException e) {
      throw new UncheckedIOException("memory can be written to", e);
    }
  }

  /** Writes a value that is known to be writable. */
  public Json write(Object value) {
    try {
      values.write(value);
    } catch (IOException e) {
      throw new IllegalStateException("can't write " + value.getClass() + " as JSON", e);
    }
    Json document = new Json(out.toByteArray());
    out.reset();
    return document;
  }

  @Override
  public void close() {
    try {
      values.close();
    } catch (IOException e) {
      throw new UncheckedIOException("memory can be written to", e);
    }
  }
}
