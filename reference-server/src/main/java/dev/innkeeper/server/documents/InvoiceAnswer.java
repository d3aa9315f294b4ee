package dev.innkeeper.server.documents;

import io.javalin.http.Context;

/** Sends an invoice's file with the headers that keep it harmless. */
public final class InvoiceAnswer {
  /** The page brings its own style and logo; nothing else may load, run or surround it. */
  private static final String PAGE_POLICY =
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox;"
          + " form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

  private InvoiceAnswer() {}

  /** Answers with the file: a page is shown, all else is saved under its name. */
  public static void send(Context ctx, InvoiceFile file) {
    boolean page = file.form() == InvoiceForm.HTML;
    ctx.header("Content-Security-Policy", page ? PAGE_POLICY : "default-src 'none'; sandbox");
    ctx.header("X-Content-Type-Options", "nosniff");
    ctx.header("X-Frame-Options", "DENY");
    ctx.header("Cache-Control", "no-store");
    ctx.header(
        "Content-Disposition",
        (page ? "inline" : "attachment") + "; filename=\"" + file.name() + "\"");
    ctx.contentType(file.form().contentType()).result(file.content());
  }
}
