package dev.innkeeper.billing.invoice;

import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Adds lines to invoices before tax is computed: coupons, discounts, surcharges. Called for the
 * drafts of a whole chunk of customers at once; use statements on sets. Thread-safe.
 */
public interface LineContributor {
  /** Whether the drafts will be issued, or only shown. */
  enum Purpose {
    /** In the transaction that issues: what was used up may be recorded. */
    ISSUE,
    /** A preview or dry run: nothing may be written. */
    SHOW
  }

  /**
   * The lines to add, by the drafts' ids. Together they must not bring a draft below zero; a
   * customer whose draft is below zero is parked.
   *
   * @param drafts with the lines of earlier contributors
   */
  Map<UUID, List<DraftLine>> contribute(List<InvoiceDraft> drafts, Purpose purpose);
}
