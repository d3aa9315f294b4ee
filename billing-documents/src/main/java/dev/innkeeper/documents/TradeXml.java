package dev.innkeeper.documents;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.jspecify.annotations.Nullable;

/** Writes the XML of a Cross Industry Invoice, element by element. Not thread-safe. */
final class TradeXml {
  private static final String RSM = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100";
  private static final String RAM =
      "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100";
  private static final String UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100";
  private static final String QDT = "urn:un:unece:uncefact:data:standard:QualifiedDataType:100";
  private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("uuuuMMdd");

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final XMLStreamWriter xml;

  /** The inside of an element. */
  interface Content {
    void write();
  }

  TradeXml() {
    try {
      xml =
          XMLOutputFactory.newFactory().createXMLStreamWriter(bytes, StandardCharsets.UTF_8.name());
    } catch (XMLStreamException e) {
      throw failed(e);
    }
  }

  /** The whole document. */
  byte[] document(Content content) {
    try {
      xml.writeStartDocument("UTF-8", "1.0");
      xml.writeStartElement("rsm", "CrossIndustryInvoice", RSM);
      xml.writeNamespace("rsm", RSM);
      xml.writeNamespace("ram", RAM);
      xml.writeNamespace("udt", UDT);
      xml.writeNamespace("qdt", QDT);
      content.write();
      xml.writeEndElement();
      xml.writeEndDocument();
      xml.close();
    } catch (XMLStreamException e) {
      throw failed(e);
    }
    return bytes.toByteArray();
  }

  void root(String name, Content content) {
    element("rsm", RSM, name, content);
  }

  void in(String name, Content content) {
    element("ram", RAM, name, content);
  }

  /** Nothing when there is no text. */
  void text(String name, @Nullable String text) {
    if (text != null && !text.isBlank()) {
      in(name, () -> characters(text));
    }
  }

  void text(String name, String attribute, String value, String text) {
    in(
        name,
        () -> {
          attribute(attribute, value);
          characters(text);
        });
  }

  void date(String name, LocalDate day) {
    in(name, () -> dateString("udt", UDT, day));
  }

  void qualifiedDate(String name, LocalDate day) {
    in(name, () -> dateString("qdt", QDT, day));
  }

  private void dateString(String prefix, String namespace, LocalDate day) {
    element(
        prefix,
        namespace,
        "DateTimeString",
        () -> {
          attribute("format", "102");
          characters(DAY.format(day));
        });
  }

  private void element(String prefix, String namespace, String name, Content content) {
    try {
      xml.writeStartElement(prefix, name, namespace);
      content.write();
      xml.writeEndElement();
    } catch (XMLStreamException e) {
      throw failed(e);
    }
  }

  private void attribute(String name, String value) {
    try {
      xml.writeAttribute(name, XmlText.clean(value));
    } catch (XMLStreamException e) {
      throw failed(e);
    }
  }

  private void characters(String text) {
    try {
      xml.writeCharacters(XmlText.clean(text));
    } catch (XMLStreamException e) {
      throw failed(e);
    }
  }

  private static IllegalStateException failed(XMLStreamException e) {
    return new IllegalStateException("XML could not be written in memory", e);
  }
}
