package dev.innkeeper.server.mail;

/** Where a mail stands. */
public enum MailStatus {
  /** To be written. */
  NEW,
  /** Written, and not sent: no SMTP server is set. */
  HELD,
  /** Written, and to be sent. */
  READY,
  SENT,
  /** Given up on, until somebody has it sent again. */
  PARKED
}
