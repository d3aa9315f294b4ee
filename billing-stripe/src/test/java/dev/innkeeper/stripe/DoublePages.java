package dev.innkeeper.stripe;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** What customers see at the double: a page to enter a card or to pay, and a bank that asks. */
final class DoublePages {
  private final StripeDouble stripe;

  DoublePages(StripeDouble stripe) {
    this.stripe = stripe;
  }

  void handle(HttpExchange exchange, String path, Map<String, String> form) throws IOException {
    String[] parts = path.split("/", -1);
    boolean isPost = exchange.getRequestMethod().equals("POST");
    if (parts.length != 3) {
      send(exchange, 404, "Nothing is here", "");
    } else if (parts[1].equals("checkout")) {
      checkout(exchange, parts[2], isPost ? form : null);
    } else if (parts[1].equals("bank")) {
      bank(exchange, parts[2], isPost ? form : null);
    } else {
      send(exchange, 404, "Nothing is here", "");
    }
  }

  private void checkout(HttpExchange exchange, String id, Map<String, String> form)
      throws IOException {
    Map<String, Object> session = stripe.with(b -> b.objects.get(id));
    if (session == null || !"open".equals(session.get("status"))) {
      send(exchange, 410, "This page has expired", "");
      return;
    }
    if (form == null) {
      send(exchange, 200, title(session), cardForm(id, session, ""));
      return;
    }
    Optional<DoubleCard> card = DoubleCard.of(form.getOrDefault("number", ""));
    if (card.isEmpty()) {
      send(exchange, 200, title(session), cardForm(id, session, "Your card number is incorrect."));
      return;
    }
    if ("setup".equals(session.get("mode"))) {
      stripe.with(
          b -> {
            b.enterCard(id, card.get(), "fp_" + card.get().number());
            return null;
          });
      redirect(exchange, StripeBooks.text(session, "success_url"));
      return;
    }
    Map<String, Object> intent = stripe.with(b -> b.pay(id, card.get()));
    switch (StripeBooks.text(intent, "status")) {
      case "succeeded" -> redirect(exchange, StripeBooks.text(session, "success_url"));
      case "requires_action" -> redirect(exchange, stripe.address() + "/bank/" + intent.get("id"));
      default ->
          send(exchange, 200, title(session), cardForm(id, session, "Your card was declined."));
    }
  }

  private static String title(Map<String, Object> session) {
    return "setup".equals(session.get("mode"))
        ? "Save a card"
        : "Pay "
            + StripeBooks.number(session, "amount_total")
            + " "
            + session.get("currency")
            + " cents";
  }

  private static String cardForm(String id, Map<String, Object> session, String problem) {
    return "<p id='problem'>"
        + escape(problem)
        + "</p><form method='post' action='/checkout/"
        + escape(id)
        + "'><label>Card number <input id='number' name='number' autocomplete='off'></label>"
        + " <button id='submit'>Go on</button></form>"
        + "<p><a id='back' href='"
        + escape(String.valueOf(session.get("cancel_url")))
        + "'>Back</a></p>";
  }

  private void bank(HttpExchange exchange, String id, Map<String, String> form) throws IOException {
    Map<String, Object> intent = stripe.with(b -> b.objects.get(id));
    if (intent == null || !"requires_action".equals(intent.get("status"))) {
      send(exchange, 410, "Your bank asks nothing", "");
      return;
    }
    if (form == null) {
      String buttons =
          "<form method='post' action='/bank/"
              + escape(id)
              + "'><button id='approve' name='answer' value='approve'>It was me</button>"
              + " <button id='refuse' name='answer' value='refuse'>It was not</button></form>";
      send(exchange, 200, "Your bank: was it you?", buttons);
      return;
    }
    Map<?, ?> action = (Map<?, ?>) intent.get("next_action");
    Map<?, ?> target = (Map<?, ?>) action.get("redirect_to_url");
    boolean approved = "approve".equals(form.get("answer"));
    stripe.with(
        b -> {
          b.answerBank(id, approved);
          return null;
        });
    redirect(exchange, String.valueOf(target.get("return_url")));
  }

  private static void redirect(HttpExchange exchange, String url) throws IOException {
    exchange.getResponseHeaders().set("Location", url);
    exchange.sendResponseHeaders(303, -1);
    exchange.close();
  }

  private static void send(HttpExchange exchange, int status, String title, String body)
      throws IOException {
    String page =
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
            + "<meta name='viewport' content='width=device-width'><title>Stripe's test double</title>"
            + "</head><body><h1>"
            + escape(title)
            + "</h1>"
            + body
            + "<p>This is a test double of Stripe. No money moves.</p></body></html>";
    byte[] bytes = page.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&#39;");
  }
}
