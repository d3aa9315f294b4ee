package dev.innkeeper.billing.bytes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

class ByteWriterTest {
  /** As {@link DataOutputStream} writes the same, into writers that are used again and grow. */
  @Property
  void valuesAreWrittenInNetworkByteOrder(
      @ForAll @Size(max = 20) List<String> texts, @ForAll long number, @ForAll byte[] bytes)
      throws Exception {
    ByteArrayOutputStream array = new ByteArrayOutputStream();
    ByteWriter writer = new ByteWriter(1);
    writer.text("forgotten");
    writer.clear();
    DataOutputStream out = new DataOutputStream(array);
    out.writeLong(number);
    out.writeInt((int) number);
    out.writeShort((int) number);
    out.writeByte((int) number);
    out.writeLong(number);
    out.writeLong(~number);
    out.write(bytes);
    writer.int8(number).int4((int) number).int2((int) number).int1((int) number);
    writer.id(new UUID(number, ~number)).bytes(bytes);
    for (String text : texts) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      out.writeInt(utf8.length);
      out.write(utf8);
      writer.text(text);
    }
    byte[] expected = array.toByteArray();
    assertThat(writer.toBytes()).isEqualTo(expected);
    assertThat(writer.size()).isEqualTo(expected.length);
    assertThat(writer.digest(MessageDigest.getInstance("SHA-256")))
        .isEqualTo(MessageDigest.getInstance("SHA-256").digest(expected));
    assertThat(written(writer)).isEqualTo(expected);
  }

  private static byte[] written(ByteWriter writer) throws IOException {
    ByteArrayOutputStream array = new ByteArrayOutputStream();
    writer.writeTo(array::write);
    return array.toByteArray();
  }
}
