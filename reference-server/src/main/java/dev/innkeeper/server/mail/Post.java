package dev.innkeeper.server.mail;

import dev.innkeeper.server.documents.InvoiceFile;
import java.util.List;

/** Hands mails over to whoever delivers them. Implementations are thread-safe. */
interface Post {
  /**
   * A mail ready to go.
   *
   * @param messageId with its angle brackets
   */
  record Letter(String messageId, MailText text, List<InvoiceFile> enclosures) {}

  /** The mail could not be handed over, or nobody knows whether it was. */
  final class NotHandedOver extends Exception {
    NotHandedOver(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** What follows the @ in messages' ids. */
  String domain();

  /**
   * @throws NotHandedOver when it is to be tried again
   */
  void handOver(Letter letter) throws NotHandedOver;
}
