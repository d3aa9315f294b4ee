package dev.innkeeper.server.cli;

import static dev.innkeeper.server.cli.AdminCommands.ofCustomer;
import static dev.innkeeper.server.cli.AdminCommands.part;

import com.fasterxml.jackson.databind.JsonNode;
import dev.innkeeper.server.cli.AdminCommands.AdminCommand;
import dev.innkeeper.server.cli.AdminCommands.OneOfCustomer;
import dev.innkeeper.server.client.ApiClient;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** An operator's commands about payments, coupons, wishes for credit and grace. */
final class MoneyCommands {
  private MoneyCommands() {}

  @Command(
      name = "payment",
      description = "Charges of cards, refunds, and transfers that came by bank.",
      subcommands = {PaymentList.class, PaymentRefund.class, PaymentRecord.class})
  static final class Payment {}

  @Command(name = "list", description = "Lists charges, newest first.")
  static final class PaymentList extends AdminCommand {
    @Option(names = "--state", description = "only those, such as succeeded or unknown")
    private @Nullable String state;

    @Option(names = "--customer", description = "only this customer's")
    private @Nullable String customer;

    @Override
    String run(ApiClient client) {
      return new Listing()
          .column("id", "id")
          .column("customer", "customerId")
          .column("at", "recordedAt")
          .column("state", "state")
          .amounts("amount", "amount")
          .amounts("refundable", "refundable")
          .column("note", "message")
          .of(
              client,
              customer == null
                  ? "/v1/admin/payments?limit=100" + (state == null ? "" : "&state=" + part(state))
                  : ofCustomer(customer, "payments?limit=100"));
    }
  }

  @Command(name = "refund", description = "Sends cash back to the card it came from.")
  static final class PaymentRefund extends OneOfCustomer {
    @Parameters(index = "2", paramLabel = "AMOUNT", description = "such as 5.00")
    private String amount = "";

    @Option(names = "--reason", required = true, description = "for the record")
    private String reason = "";

    PaymentRefund() {
      super("payments");
    }

    @Override
    String run(ApiClient client) {
      return stateAfter(client, "refund", Map.of("amount", amount, "reason", reason));
    }
  }

  @Command(name = "record", description = "Records a bank transfer, and settles what is open.")
  static final class PaymentRecord extends AdminCommand {
    @Parameters(index = "0", paramLabel = "CUSTOMER")
    private String customer = "";

    @Parameters(index = "1", paramLabel = "AMOUNT", description = "such as 5.00")
    private String amount = "";

    @Option(names = "--reference", required = true, description = "what the bank calls it")
    private String reference = "";

    @Option(names = "--invoice", description = "the id of the invoice it pays first")
    private @Nullable String invoice;

    @Override
    String run(ApiClient client) {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("amount", amount);
      body.put("reference", reference);
      if (invoice != null) {
        body.put("invoice", invoice);
      }
      JsonNode recorded = client.post(ofCustomer(customer, "external-payments"), body);
      return recorded.path("id").asText() + "\n";
    }
  }

  @Command(
      name = "payout",
      description = "Cash that goes out to customers.",
      subcommands = {PayoutList.class, PayoutSent.class, PayoutSend.class})
  static final class Payout {}

  @Command(name = "list", description = "Lists payouts that wait to be sent.")
  static final class PayoutList extends AdminCommand {
    @Override
    String run(ApiClient client) {
      return new Listing()
          .column("id", "id")
          .column("customer", "customerId")
          .column("since", "recordedAt")
          .amounts("amount", "amount")
          .column("state", "state")
          .column("reason", "reason")
          .of(client, "/v1/admin/payouts");
    }
  }

  @Command(name = "send", description = "Has a payment provider send a payout.")
  static final class PayoutSend extends OneOfCustomer {
    @Option(names = "--provider", required = true, description = "such as stripe")
    private String provider = "";

    @Option(names = "--destination", required = true, description = "the account there")
    private String destination = "";

    PayoutSend() {
      super("payouts");
    }

    @Override
    String run(ApiClient client) {
      JsonNode sent =
          client.post(path() + "/send", Map.of("provider", provider, "destination", destination));
      return sent.path("state").asText() + " " + sent.path("message").asText("") + "\n";
    }
  }

  @Command(name = "sent", description = "Notes that a payout was sent.")
  static final class PayoutSent extends OneOfCustomer {
    @Option(names = "--reference", required = true, description = "what the bank calls it")
    private String reference = "";

    PayoutSent() {
      super("payouts");
    }

    @Override
    String run(ApiClient client) {
      return stateAfter(client, "sent", Map.of("reference", reference));
    }
  }

  @Command(
      name = "coupon",
      description = "Coupons.",
      subcommands = {CouponList.class, CouponCreate.class, CouponWithdraw.class})
  static final class Coupon {}

  @Command(name = "list", description = "Lists coupons, newest first.")
  static final class CouponList extends AdminCommand {
    @Override
    String run(ApiClient client) {
      return new Listing()
          .column("id", "id")
          .column("code", "code")
          .column("name", "name")
          .column(">redeemed", "redemptions")
          .column(">of", "redemptionsMax")
          .column("until", "validUntil")
          .column("withdrawn", "withdrawnAt")
          .of(client, "/v1/admin/coupons?limit=100");
    }
  }

  @Command(name = "create", description = "Creates a coupon and prints its id.")
  static final class CouponCreate extends AdminCommand {
    @Parameters(paramLabel = "CODE", description = "what customers type, such as SPRING-20")
    private String code = "";

    @Option(names = "--name", description = "for the record; the code unless set")
    private @Nullable String name;

    @Option(names = "--percent", description = "how much off, in percent")
    private @Nullable String percent;

    @Option(names = "--amount", description = "how much off, in money")
    private @Nullable String amount;

    @Option(names = "--currency", description = "of the amount; ${DEFAULT-VALUE} unless set")
    private String currency = "EUR";

    @Option(names = "--products", description = "codes, apart by commas; all unless set")
    private @Nullable String products;

    @Option(names = "--periods", description = "for how many billing periods")
    private int periods;

    @Option(names = "--forever", description = "for ever; one invoice unless set")
    private boolean forever;

    @Option(names = "--alone", description = "not together with other coupons")
    private boolean alone;

    @Option(names = "--redemptions", description = "by all customers; any number unless set")
    private int redemptions;

    @Option(names = "--valid-days", description = "redeemable so long; for ever unless set")
    private int validDays;

    @Override
    String run(ApiClient client) {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("code", code);
      body.put("name", name == null ? code : name);
      if (percent != null) {
        body.put("percent", percent);
      }
      if (amount != null) {
        body.put("amount", amount);
        body.put("currency", currency);
      }
      if (products != null) {
        body.put("products", products);
      }
      body.put("lasts", periods > 0 ? "periods" : forever ? "forever" : "once");
      body.put("periods", periods);
      body.put("stacking", alone ? "alone" : "combines");
      body.put("redemptions", redemptions);
      body.put("validDays", validDays);
      return client.post("/v1/admin/coupons", body).path("id").asText() + "\n";
    }
  }

  @Command(name = "withdraw", description = "Lets nobody redeem a coupon any more.")
  static final class CouponWithdraw extends AdminCommand {
    @Parameters(paramLabel = "COUPON", description = "the coupon's id")
    private String coupon = "";

    @Override
    String run(ApiClient client) {
      return client
              .post("/v1/admin/coupons/" + part(coupon) + "/withdraw", Map.of())
              .path("code")
              .asText()
          + "\n";
    }
  }

  @Command(name = "export", description = "Prints a batch's codes as CSV.")
  static final class VoucherExport extends AdminCommand {
    @Parameters(paramLabel = "BATCH", description = "the batch's id")
    private String batch = "";

    @Override
    String run(ApiClient client) {
      StringBuilder csv = new StringBuilder("code,used,uses,withdrawn\n");
      Pages.each(
          client,
          "/v1/admin/vouchers/" + part(batch) + "/codes?limit=100",
          item ->
              csv.append(item.path("code").asText())
                  .append(',')
                  .append(item.path("used").asText())
                  .append(',')
                  .append(item.path("usesMax").asText())
                  .append(',')
                  .append(item.path("disabled").asBoolean() ? "yes" : "no")
                  .append('\n'));
      return csv.toString();
    }
  }

  @Command(name = "requests", description = "Lists wishes for credit without an answer.")
  static final class VoucherRequests extends AdminCommand {
    @Override
    String run(ApiClient client) {
      return new Listing()
          .column("id", "id")
          .column("customer", "customerId")
          .column("asked", "requestedAt")
          .amounts("amount", "amount")
          .column("reason", "reason")
          .of(client, "/v1/admin/voucher-requests");
    }
  }

  @Command(name = "approve", description = "Grants a wish for credit.")
  static final class VoucherApprove extends OneOfCustomer {
    @Option(names = "--amount", description = "what to give; what was asked for unless set")
    private @Nullable String amount;

    VoucherApprove() {
      super("voucher-requests");
    }

    @Override
    String run(ApiClient client) {
      return stateAfter(client, "approve", amount == null ? Map.of() : Map.of("amount", amount));
    }
  }

  @Command(name = "reject", description = "Turns a wish for credit down.")
  static final class VoucherReject extends OneOfCustomer {
    @Option(names = "--answer", required = true, description = "why, for the customer")
    private String answer = "";

    VoucherReject() {
      super("voucher-requests");
    }

    @Override
    String run(ApiClient client) {
      return stateAfter(client, "reject", Map.of("answer", answer));
    }
  }

  @Command(name = "reminders", description = "Lists customers in grace and what comes next.")
  static final class Reminders extends AdminCommand {
    @Override
    String run(ApiClient client) {
      return new Listing()
          .column("customer", "customerId")
          .column("policy", "policy")
          .column("since", "startedAt")
          .column("suspended", "suspended")
          .column("next", "nextAction")
          .column("at", "nextAt")
          .of(client, "/v1/admin/reminders?limit=100");
    }
  }
}
