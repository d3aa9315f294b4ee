package dev.innkeeper.documents;

import java.io.IOException;
import java.io.OutputStream;
import org.mustangproject.ZUGFeRD.Profiles;
import org.mustangproject.ZUGFeRD.ZUGFeRDExporterFromA3;

/** Puts the XML of an invoice into its PDF, so that people and programs read one file. */
final class FacturX {
  private static final int VERSION = 2;

  private FacturX() {}

  /**
   * @param pdf a PDF/A-3
   * @param xml of the profile EN 16931
   */
  static void embed(byte[] pdf, byte[] xml, String producer, OutputStream out) throws IOException {
    try (ZUGFeRDExporterFromA3 exporter = new ZUGFeRDExporterFromA3()) {
      exporter.disableAutoClose(true);
      exporter.setProducer(producer);
      exporter.setCreator(producer);
      exporter.setZUGFeRDVersion(VERSION);
      exporter.setProfile(Profiles.getByName("EN16931"));
      exporter.load(pdf);
      exporter.setXML(xml);
      exporter.export(out);
    }
  }
}
