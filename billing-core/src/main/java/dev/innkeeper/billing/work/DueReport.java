package dev.innkeeper.billing.work;

import java.util.Map;

/**
 * What came of a look at due work.
 *
 * @param done how many items of each kind were done; kinds that were looked at and had nothing due
 *     stand with 0
 * @param failures why a kind of work could not go on; it will be tried at the next look
 */
public record DueReport(Map<String, Integer> done, Map<String, RuntimeException> failures) {}
