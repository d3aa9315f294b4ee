package dev.innkeeper.billing.webhook;

import dev.innkeeper.billing.problem.InvalidInput;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Keeps webhooks from addresses they have no business at. The address is looked up anew before each
 * request; the JDK keeps the answer for the moment until it connects.
 */
final class AddressGuard {
  private static final int URL_LENGTH_MAX = 2_000;

  /** Networks that are not public and that {@link InetAddress} has no question for. */
  private static final List<Network> NOT_PUBLIC =
      List.of(
          Network.of(8, 0, 0, 0, 0),
          Network.of(10, 100, 64, 0, 0),
          Network.of(24, 192, 0, 0, 0),
          Network.of(24, 192, 0, 2, 0),
          Network.of(24, 192, 88, 99, 0),
          Network.of(15, 198, 18, 0, 0),
          Network.of(24, 198, 51, 100, 0),
          Network.of(24, 203, 0, 113, 0),
          Network.of(4, 240, 0, 0, 0));

  private final WebhookTargets targets;

  AddressGuard(WebhookTargets targets) {
    this.targets = targets;
  }

  /** The first bits of IPv4 addresses. */
  private record Network(int bits, int address) {
    static Network of(int bits, int a, int b, int c, int d) {
      return new Network(bits, (a << 24) | (b << 16) | (c << 8) | d);
    }

    boolean holds(int other) {
      return (address ^ other) >>> (32 - bits) == 0;
    }
  }

  /**
   * Checks an address as written, without looking it up.
   *
   * @throws InvalidInput when it can't be an endpoint's
   */
  void require(String url) {
    URI uri = parse(url);
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    boolean https = scheme.equals("https");
    if (!https && !(scheme.equals("http") && targets == WebhookTargets.ANYWHERE)) {
      throw new InvalidInput("url", "must start with https://");
    }
    String host = uri.getHost();
    if (host == null || host.isEmpty()) {
      throw new InvalidInput("url", "must name a host, such as https://example.org/hook");
    }
    if (uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
      throw new InvalidInput("url", "must have no user, no password and no # part");
    }
    boolean literal = host.startsWith("[") || host.matches("[0-9.]+");
    String refusal = literal ? refusal(host) : null;
    if (refusal != null) {
      throw new InvalidInput("url", refusal);
    }
  }

  private static URI parse(String url) {
    if (url.isBlank() || url.length() > URL_LENGTH_MAX) {
      throw new InvalidInput("url", "must have 1 to " + URL_LENGTH_MAX + " characters");
    }
    try {
      return new URI(url);
    } catch (URISyntaxException e) {
      throw new InvalidInput("url", "is not an address such as https://example.org/hook");
    }
  }

  /** Why nothing may be sent there; null when it may. Looks the host up. */
  @Nullable String refusal(String host) {
    try {
      InetAddress[] addresses = InetAddress.getAllByName(host);
      boolean refused =
          targets == WebhookTargets.PUBLIC
              && Arrays.stream(addresses).anyMatch(address -> !isPublic(address));
      return refused ? "the host has an address that is not public; webhooks don't go there" : null;
    } catch (UnknownHostException e) {
      return "the host is not known";
    }
  }

  static boolean isPublic(InetAddress address) {
    if (address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      return false;
    }
    byte[] bytes = address.getAddress();
    if (address instanceof Inet4Address) {
      return isPublic(bytes, 0);
    }
    boolean uniqueLocal = (bytes[0] & 0xfe) == 0xfc;
    boolean documentation = word(bytes, 0) == 0x20010db8;
    if (uniqueLocal || documentation) {
      return false;
    }
    // Addresses that stand for an IPv4 address: mapped or compatible, NAT64, 6to4.
    boolean zeros = word(bytes, 0) == 0 && word(bytes, 4) == 0;
    boolean nat64 = word(bytes, 0) == 0x0064ff9b;
    boolean sixToFour = bytes[0] == 0x20 && bytes[1] == 0x02;
    if (zeros || nat64) {
      return isPublic(bytes, 12);
    }
    return !sixToFour || isPublic(bytes, 2);
  }

  /** Of the IPv4 address at this place. */
  private static boolean isPublic(byte[] bytes, int at) {
    int address = word(bytes, at);
    boolean known =
        Network.of(8, 10, 0, 0, 0).holds(address)
            || Network.of(8, 127, 0, 0, 0).holds(address)
            || Network.of(12, 172, 16, 0, 0).holds(address)
            || Network.of(16, 192, 168, 0, 0).holds(address)
            || Network.of(16, 169, 254, 0, 0).holds(address)
            || Network.of(4, 224, 0, 0, 0).holds(address);
    return !known && NOT_PUBLIC.stream().noneMatch(network -> network.holds(address));
  }

  private static int word(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 24
        | (bytes[at + 1] & 0xff) << 16
        | (bytes[at + 2] & 0xff) << 8
        | (bytes[at + 3] & 0xff);
  }
}
