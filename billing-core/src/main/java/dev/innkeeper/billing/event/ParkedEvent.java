package dev.innkeeper.billing.event;

import java.util.List;

/**
 * An event that could not be delivered.
 *
 * @param hooks the hooks that failed on it
 * @param lastError what the last failure said
 */
public record ParkedEvent(StoredEvent event, List<String> hooks, String lastError) {}
