package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.invoice.tax.TaxGroup;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * All of an invoice but its number. Sums are in minor units of the draft's currency.
 *
 * @param lineNetMinor the net of each of the draft's lines
 * @param lineGroups the index of each line's tax group
 */
record PreparedInvoice(
    InvoiceDraft draft,
    Party buyer,
    List<Long> lineNetMinor,
    List<Integer> lineGroups,
    List<TaxGroup> groups,
    long netMinor,
    long taxMinor,
    Instant issuedAt,
    Instant dueAt,
    @Nullable UUID corrects,
    @Nullable String note) {

  PreparedInvoice {
    // INVARIANT: lines add up to the net, groups to net and tax. The tables hold the rest.
    long lines = lineNetMinor.stream().mapToLong(Long::longValue).sum();
    long groupNets = groups.stream().mapToLong(TaxGroup::netMinor).sum();
    long groupTaxes = groups.stream().mapToLong(TaxGroup::taxMinor).sum();
    if (lines != netMinor || groupNets != netMinor || groupTaxes != taxMinor) {
      throw new IllegalStateException("the lines of invoice " + draft.id() + " don't add up");
    }
  }

  long totalMinor() {
    return Math.addExact(netMinor, taxMinor);
  }
}
