package dev.innkeeper.provisioner.site;

import java.util.Optional;

/** The pages that are ours and not the customer's. */
record Pages(Optional<String> payUrl) {

  String welcome(String siteName) {
    return page(
        "It works",
        "<p><b>"
            + siteName
            + "</b> is on the web. Put your own <code>index.html</code> in its place.</p>");
  }

  String suspended(String siteName) {
    String way =
        payUrl
            .map(
                url ->
                    "<p>If it is yours: <a class=\"button\" href=\""
                        + escape(url)
                        + "\">pay the open invoice</a> and it is back at once, with all its files."
                        + "</p>")
            .orElse(
                "<p>If it is yours: pay the open invoice, and it is back at once, with all its"
                    + " files.</p>");
    return page(
        "This site is paused", "<p><b>" + siteName + "</b> is waiting for its owner.</p>" + way);
  }

  String notFound() {
    return page("Nothing here", "<p>There is no page at this address.</p>");
  }

  String error(String title, String sentence) {
    return page(escape(title), "<p>" + escape(sentence) + "</p>");
  }

  private static String page(String title, String body) {
    return """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%s</title>
        <style>
          body { font: 1.1rem/1.6 system-ui, sans-serif; color: #222; background: #f6f4ef;
                 max-width: 34rem; margin: 18vh auto 0; padding: 0 1.5rem; }
          h1 { font-size: 1.8rem; }
          .button { display: inline-block; padding: .4rem .9rem; border-radius: .4rem;
                    background: #7a3b12; color: #fff; text-decoration: none; }
        </style>
        <h1>%s</h1>
        %s
        </html>
        """
        .formatted(title, title, body);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }
}
