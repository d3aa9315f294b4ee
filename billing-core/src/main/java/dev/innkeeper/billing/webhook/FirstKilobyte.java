package dev.innkeeper.billing.webhook;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Keeps an answer's first kilobyte. A body of ordinary size is read to its end, so that the
 * connection can be used again; a larger one is cut off.
 */
final class FirstKilobyte implements BodySubscriber<String> {
  private static final int KEPT_BYTES = 1024;
  private static final int READ_BYTES_MAX = 64 * 1024;

  private final CompletableFuture<String> body = new CompletableFuture<>();
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private Flow.@Nullable Subscription subscription;
  private int readBytes;

  @Override
  public CompletionStage<String> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Flow.Subscription newSubscription) {
    subscription = newSubscription;
    newSubscription.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    for (ByteBuffer buffer : buffers) {
      readBytes += buffer.remaining();
      byte[] bytes = new byte[Math.min(buffer.remaining(), KEPT_BYTES - kept.size())];
      buffer.get(bytes);
      kept.writeBytes(bytes);
    }
    Flow.Subscription open = subscription;
    if (open == null) {
      return;
    }
    if (readBytes > READ_BYTES_MAX) {
      open.cancel();
      onComplete();
    } else {
      open.request(1);
    }
  }

  @Override
  public void onError(Throwable failure) {
    body.completeExceptionally(failure);
  }

  /** What the database can't hold in a text is left out. */
  @Override
  public void onComplete() {
    body.complete(kept.toString(StandardCharsets.UTF_8).replace("\0", ""));
  }
}
