package dev.innkeeper.server.documents;

import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.invoice.Invoice;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.problem.NotFound;
import dev.innkeeper.documents.InvoiceDocuments;
import dev.innkeeper.documents.IssuedDocument;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Customers' invoices as files. Whose invoice it is is settled by the engine before anything is
 * rendered, and no more is rendered at once than the machine has processors. Thread-safe.
 */
public final class InvoiceFiles {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final BillingEngine engine;
  private final Rendering rendering;
  private final Semaphore places = new Semaphore(Runtime.getRuntime().availableProcessors(), true);

  /** Makes a file of a document. */
  interface Rendering {
    byte[] render(InvoiceForm form, IssuedDocument document);
  }

  InvoiceFiles(BillingEngine engine, Rendering rendering) {
    this.engine = engine;
    this.rendering = rendering;
  }

  /** Renders with the documents' templates. */
  public static InvoiceFiles of(BillingEngine engine, InvoiceDocuments documents) {
    return new InvoiceFiles(
        engine,
        (form, document) ->
            switch (form) {
              case HTML -> documents.html(document).getBytes(StandardCharsets.UTF_8);
              case PDF -> documents.pdf(document);
              case FACTUR_X -> documents.facturX(document);
              case XML -> documents.electronic(document);
            });
  }

  /**
   * One of the customer's invoices.
   *
   * @throws NotFound when the customer has no such invoice, whoever else has
   * @throws NotAllowed with code {@code invoice-not-issued} for a draft, {@code
   *     electronic-invoice-impossible} when the standard asks for what the invoice lacks, {@code
   *     too-busy} when too many are rendered at once
   */
  public InvoiceFile get(UUID customerId, UUID invoiceId, InvoiceForm form) {
    Invoice invoice = engine.invoices().get(customerId, invoiceId);
    IssuedDocument document = document(customerId, invoice);
    return new InvoiceFile(form, form.fileName(document.number()), render(form, document));
  }

  private IssuedDocument document(UUID customerId, Invoice invoice) {
    UUID corrects = invoice.corrects();
    IssuedDocument document =
        corrects == null
            ? IssuedDocument.of(invoice)
            : IssuedDocument.ofCreditNote(invoice, engine.invoices().get(customerId, corrects));
    return document.withZone(engine.customers().get(customerId).calendar().zone());
  }

  private byte[] render(InvoiceForm form, IssuedDocument document) {
    boolean taken = false;
    try {
      taken = places.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      if (!taken) {
        throw new NotAllowed(
            "too-busy", "too many documents are being made; try again in a moment");
      }
      return rendering.render(form, document);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("stopped while waiting to render", e);
    } finally {
      if (taken) {
        places.release();
      }
    }
  }
}
