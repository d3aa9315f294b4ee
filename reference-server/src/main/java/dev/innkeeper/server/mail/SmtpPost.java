package dev.innkeeper.server.mail;

import dev.innkeeper.server.config.ServerConfig.Smtp;
import dev.innkeeper.server.config.ServerConfig.Tls;
import dev.innkeeper.server.documents.InvoiceFile;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.simplejavamail.MailException;
import org.simplejavamail.api.email.EmailPopulatingBuilder;
import org.simplejavamail.api.mailer.Mailer;
import org.simplejavamail.api.mailer.config.TransportStrategy;
import org.simplejavamail.email.EmailBuilder;
import org.simplejavamail.mailer.MailerBuilder;

/** Hands mails to an SMTP server. */
final class SmtpPost implements Post {
  private static final int TIMEOUT_MILLIS = 15_000;
  private static final int MESSAGE_LENGTH_MAX = 300;

  private final Smtp smtp;
  private final String sender;
  private final Mailer mailer;

  /**
   * @param sender the name beside the address that mails come from
   */
  SmtpPost(Smtp smtp, String sender) {
    this.smtp = smtp;
    this.sender = MailTemplates.oneLine(sender);
    var builder =
        MailerBuilder.withSMTPServerHost(smtp.host())
            .withSMTPServerPort(smtp.port())
            .withTransportStrategy(
                switch (smtp.tls()) {
                  case STARTTLS -> TransportStrategy.SMTP_TLS;
                  case TLS -> TransportStrategy.SMTPS;
                  case NONE -> TransportStrategy.SMTP;
                })
            // The library would trust any certificate whatever; then TLS keeps nobody out.
            .trustingAllHosts(false)
            .verifyingServerIdentity(true)
            .withSessionTimeout(TIMEOUT_MILLIS);
    if (smtp.tls() == Tls.NONE) {
      builder = builder.withProperty("mail.smtp.starttls.enable", "false");
    }
    if (!smtp.user().isEmpty()) {
      builder = builder.withSMTPServerUsername(smtp.user()).withSMTPServerPassword(smtp.password());
    }
    this.mailer = builder.buildMailer();
    if (!smtp.certificates().isEmpty()) {
      String protocol = smtp.tls() == Tls.TLS ? "smtps" : "smtp";
      // Not a text, which is all that the builder takes.
      mailer
          .getSession()
          .getProperties()
          .put("mail." + protocol + ".ssl.socketFactory", trusting(smtp.certificates()));
    }
  }

  /** Connections to servers whose certificates go back to one of these, and to no others. */
  private static SSLSocketFactory trusting(List<X509Certificate> certificates) {
    try {
      KeyStore known = KeyStore.getInstance(KeyStore.getDefaultType());
      known.load(null, null);
      for (X509Certificate certificate : certificates) {
        known.setCertificateEntry("certificate-" + known.size(), certificate);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(known);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context.getSocketFactory();
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("every JDK can trust certificates", e);
    }
  }

  @Override
  public String domain() {
    return smtp.from().substring(smtp.from().indexOf('@') + 1);
  }

  @Override
  public void handOver(Letter letter) throws NotHandedOver {
    MailText text = letter.text();
    EmailPopulatingBuilder email =
        EmailBuilder.startingBlank()
            .fixingMessageId(letter.messageId())
            .from(sender, smtp.from())
            .to(null, text.recipient())
            .withSubject(text.subject())
            .withPlainText(text.plain())
            .withHTMLText(text.html())
            .withHeader("Auto-Submitted", "auto-generated")
            .withHeader("Content-Language", text.language());
    for (InvoiceFile file : letter.enclosures()) {
      email = email.withAttachment(file.name(), file.content(), file.form().contentType());
    }
    try {
      mailer.sendMail(email.buildEmail(), false).join();
    } catch (MailException | CompletionException e) {
      throw new NotHandedOver(reason(e), e);
    }
  }

  /** The server's own words, which the outermost exception leaves out. */
  private static String reason(Throwable failure) {
    Throwable deepest = failure;
    for (int depth = 0; deepest.getCause() != null && depth < 10; depth++) {
      deepest = deepest.getCause();
    }
    String text =
        MailTemplates.oneLine(deepest.getClass().getSimpleName() + ": " + deepest.getMessage());
    return text.substring(0, Math.min(text.length(), MESSAGE_LENGTH_MAX));
  }
}
