package dev.innkeeper.billing.payment.sandbox;

import java.util.Map;

/**
 * A webhook as the sandbox would send it: signed, ready to be received, twice or late if wanted.
 *
 * @param headers names in lower case
 */
@SuppressWarnings("ArrayRecordComponent") // raw bytes as they would come over the wire
public record SandboxWebhook(Map<String, String> headers, byte[] body) {}
