package dev.innkeeper.server.runtime;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.BillingEngine;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.server.auth.Access;
import dev.innkeeper.server.config.ServerConfig;
import dev.innkeeper.server.documents.InvoiceFiles;
import dev.innkeeper.server.mail.Mails;
import dev.innkeeper.server.provisioning.Orchestrator;
import dev.innkeeper.server.time.TrialTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the REST routes and the pages stand on.
 *
 * @param trial how to move the clock; empty in production, where it can't be moved
 * @param shop starts services
 * @param provisioning has the world match what is paid for
 * @param invoiceFiles invoices as PDF and the like
 * @param mails what customers are told
 * @param runs billing runs that operators ask for
 * @param doDueWork looks for due work soon, without waiting for it
 */
public record Services(
    ServerConfig config,
    BillingEngine engine,
    Access access,
    ObjectMapper json,
    Optional<TrialTime> trial,
    Shop shop,
    Orchestrator provisioning,
    InvoiceFiles invoiceFiles,
    Mails mails,
    BillingRuns runs,
    Runnable doDueWork) {

  /**
   * The code of the payment provider to use.
   *
   * @param wanted null for the first there is
   * @throws NotAllowed with code {@code no-payment-provider} when there is none
   */
  public String paymentProvider(@Nullable String wanted) {
    if (wanted != null) {
      return wanted;
    }
    return engine.payments().providers().stream()
        .findFirst()
        .orElseThrow(
            () ->
                new NotAllowed(
                    "no-payment-provider",
                    "no payment provider is configured here: pay by voucher or transfer"));
  }
}
