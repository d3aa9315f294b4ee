package dev.innkeeper.server.mail;

import dev.innkeeper.billing.db.Database;
import dev.innkeeper.billing.event.EventHook;
import dev.innkeeper.billing.event.StoredEvent;
import java.time.Clock;

/**
 * Notes the events that are told by mail. It writes a row and nothing else, so that neither a text
 * at fault nor a server that is down holds a customer's events up.
 */
final class MailHook {
  private final Database server;
  private final MailStore store;
  private final MailTemplates templates;
  private final Clock clock;

  MailHook(Database server, MailStore store, MailTemplates templates, Clock clock) {
    this.server = server;
    this.store = store;
    this.templates = templates;
    this.clock = clock;
  }

  EventHook eventHook() {
    return EventHook.onEvery("mail", this::deliver);
  }

  private void deliver(StoredEvent event) {
    if (MailRules.of(event.type()).isPresent() && !templates.isOff(event.type())) {
      server.tx(
          handle -> {
            store.add(handle, event, clock.instant());
            return event.id();
          });
    }
  }
}
