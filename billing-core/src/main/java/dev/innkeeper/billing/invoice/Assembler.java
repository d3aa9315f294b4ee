package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.customer.Customer;
import dev.innkeeper.billing.invoice.tax.TaxGroup;
import dev.innkeeper.billing.invoice.tax.TaxPolicy;
import dev.innkeeper.billing.invoice.tax.TaxSubject;
import dev.innkeeper.billing.invoice.tax.TaxTreatment;
import dev.innkeeper.billing.invoice.tax.TaxedLines;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns drafts into invoices that lack nothing but a number. Pure and thread-safe. */
final class Assembler {
  private final InvoiceSettings settings;

  Assembler(InvoiceSettings settings) {
    this.settings = settings;
  }

  /** With the seller's usual term of payment and no note. */
  PreparedInvoice assemble(InvoiceDraft draft, Customer customer, Instant issuedAt) {
    return assemble(draft, customer, issuedAt, dueAt(issuedAt), null);
  }

  /**
   * Computes tax and sums.
   *
   * @throws dev.innkeeper.billing.problem.NotAllowed when the tax policy knows no rate
   */
  PreparedInvoice assemble(
      InvoiceDraft draft,
      Customer customer,
      Instant issuedAt,
      Instant dueAt,
      @Nullable String note) {
    List<Long> priced = new ArrayList<>(draft.lines().size());
    for (DraftLine line : draft.lines()) {
      priced.add(line.amount().minorUnits());
    }
    List<TaxTreatment> treatments = treatments(draft, customer, issuedAt);
    TaxedLines taxed = TaxedLines.of(priced, treatments, settings.taxPolicy());
    return new PreparedInvoice(
        draft,
        Party.of(customer),
        taxed.netMinor(),
        groupIndexes(treatments, taxed.groups()),
        taxed.groups(),
        taxed.totalNetMinor(),
        taxed.totalTaxMinor(),
        issuedAt,
        dueAt,
        null,
        note);
  }

  /**
   * How each line is taxed.
   *
   * @throws dev.innkeeper.billing.problem.NotAllowed when the tax policy knows no rate
   */
  List<TaxTreatment> treatments(InvoiceDraft draft, Customer customer, Instant issuedAt) {
    TaxPolicy policy = settings.taxPolicy();
    ZoneId zone = settings.seller().zone();
    LocalDate issueDate = issuedAt.atZone(zone).toLocalDate();
    Map<TaxSubject, TaxTreatment> known = new HashMap<>();
    List<TaxTreatment> treatments = new ArrayList<>(draft.lines().size());
    for (DraftLine line : draft.lines()) {
      TaxSubject subject =
          new TaxSubject(
              customer.address().country(),
              customer.vatId(),
              line.taxClass(),
              supplyDate(line, issueDate, zone));
      treatments.add(known.computeIfAbsent(subject, policy::treat));
    }
    return treatments;
  }

  /** The last day of what is billed in arrears; the day of issue for what is billed in advance. */
  private static LocalDate supplyDate(DraftLine line, LocalDate issueDate, ZoneId zone) {
    if (line.interval() == null) {
      return issueDate;
    }
    LocalDate lastDay = line.interval().to().minusNanos(1).atZone(zone).toLocalDate();
    return lastDay.isBefore(issueDate) ? lastDay : issueDate;
  }

  private static List<Integer> groupIndexes(List<TaxTreatment> treatments, List<TaxGroup> groups) {
    Map<TaxTreatment, Integer> index = new HashMap<>();
    for (int i = 0; i < groups.size(); i++) {
      index.put(groups.get(i).treatment(), i);
    }
    List<Integer> result = new ArrayList<>(treatments.size());
    for (TaxTreatment treatment : treatments) {
      result.add(index.get(treatment));
    }
    return result;
  }

  /** The end of the last day to pay, by the seller's calendar. */
  Instant dueAt(Instant issuedAt) {
    ZoneId zone = settings.seller().zone();
    return issuedAt
        .atZone(zone)
        .toLocalDate()
        .plusDays(settings.paymentTermDays() + 1L)
        .atStartOfDay(zone)
        .toInstant();
  }
}
