package dev.innkeeper.billing.invoice;

import dev.innkeeper.billing.invoice.tax.TaxGroup;
import dev.innkeeper.billing.ledger.AccountId;
import dev.innkeeper.billing.ledger.Accounts;
import dev.innkeeper.billing.ledger.Transfer;
import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What invoices mean to the ledger. */
final class Bookings {
  private Bookings() {}

  /** Net by product and tax by jurisdiction: what is earned, as accounts and signed sums. */
  static Map<AccountId, Long> earned(PreparedInvoice invoice) {
    Currency currency = invoice.draft().currency();
    Map<String, Long> byProduct = new LinkedHashMap<>();
    List<DraftLine> lines = invoice.draft().lines();
    for (int i = 0; i < lines.size(); i++) {
      byProduct.merge(lines.get(i).productCode(), invoice.lineNetMinor().get(i), Math::addExact);
    }
    Map<AccountId, Long> earned = new LinkedHashMap<>();
    byProduct.forEach((code, minor) -> earned.put(Accounts.revenue(code, currency), minor));
    addTax(earned, invoice.groups(), currency);
    return earned;
  }

  /** {@link #earned(PreparedInvoice)} of an invoice that was issued. */
  static Map<AccountId, Long> earned(Invoice invoice) {
    Map<AccountId, Long> earned = new LinkedHashMap<>();
    for (InvoiceLine line : invoice.lines()) {
      earned.merge(
          Accounts.revenue(line.productCode(), invoice.currency()),
          line.net().minorUnits(),
          Math::addExact);
    }
    addTax(earned, invoice.taxGroups(), invoice.currency());
    return earned;
  }

  private static void addTax(
      Map<AccountId, Long> earned, List<TaxGroup> groups, Currency currency) {
    for (TaxGroup group : groups) {
      if (group.taxMinor() != 0) {
        earned.merge(
            Accounts.tax(group.treatment().jurisdiction(), currency),
            group.taxMinor(),
            Math::addExact);
      }
    }
  }

  /** receivable → revenue, tax; empty when every sum is zero. */
  static Optional<Transfer> issue(PreparedInvoice invoice) {
    Map<AccountId, Long> credits = earned(invoice);
    UUID customer = invoice.draft().customerId();
    credits.put(
        Accounts.receivable(customer, invoice.draft().currency()),
        Math.negateExact(invoice.totalMinor()));
    return document(invoice, "invoice", credits);
  }

  /** The transfer of an invoice or credit note that has no number yet. */
  static Optional<Transfer> document(
      PreparedInvoice invoice, String kind, Map<AccountId, Long> credits) {
    return transfer(
        Transfer.builder(invoice.draft().id(), kind).effectiveAt(invoice.issuedAt()), credits);
  }

  /**
   * The transfers with the numbers of their documents and the hashes of their content.
   *
   * @param numbered in the same order; those over nothing have no transfer
   */
  static List<Transfer> noted(List<Transfer> transfers, List<NumberedInvoice> numbered) {
    List<Transfer> noted = new ArrayList<>(transfers.size());
    for (NumberedInvoice each : numbered) {
      int next = noted.size();
      UUID id = each.invoice().draft().id();
      if (next < transfers.size() && transfers.get(next).id().equals(id)) {
        Map<String, String> notes = Map.of("number", each.number(), "sha256", each.hash());
        noted.add(transfers.get(next).withMetadata(notes));
      }
    }
    return noted;
  }

  /**
   * A transfer of signed sums.
   *
   * @param credits by account; negative ones are debited, zeros left out; they sum to zero
   */
  static Optional<Transfer> transfer(
      UUID id, String kind, Map<AccountId, Long> credits, String number, Instant at) {
    return transfer(Transfer.builder(id, kind).effectiveAt(at).meta("number", number), credits);
  }

  private static Optional<Transfer> transfer(
      Transfer.Builder transfer, Map<AccountId, Long> credits) {
    boolean any = false;
    for (Map.Entry<AccountId, Long> entry : credits.entrySet()) {
      AccountId account = entry.getKey();
      long minor = entry.getValue();
      if (minor > 0) {
        transfer.credit(account, Amount.ofMinor(minor, account.currency()));
      } else if (minor < 0) {
        transfer.debit(account, Amount.ofMinor(Math.negateExact(minor), account.currency()));
      }
      any |= minor != 0;
    }
    return any ? Optional.of(transfer.build()) : Optional.empty();
  }
}
