package dev.innkeeper.billing.payment.sandbox;

import dev.innkeeper.billing.payment.Payments;
import dev.innkeeper.billing.work.DueWork;
import java.time.Instant;
import java.util.List;

/** Plays the internet: brings the sandbox's webhooks to the engine. */
public final class SandboxWebhooks implements DueWork {
  private final SandboxProvider sandbox;
  private final Payments payments;

  public SandboxWebhooks(SandboxProvider sandbox, Payments payments) {
    this.sandbox = sandbox;
    this.payments = payments;
  }

  @Override
  public String name() {
    return "sandbox-webhooks";
  }

  @Override
  public int runBatch(Instant now) {
    List<SandboxWebhook> waiting = sandbox.takeWebhooks();
    for (SandboxWebhook webhook : waiting) {
      payments.receiveWebhook(SandboxProvider.CODE, webhook.headers(), webhook.body());
    }
    return waiting.size();
  }
}
