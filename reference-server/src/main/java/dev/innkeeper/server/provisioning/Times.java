package dev.innkeeper.server.provisioning;

import java.time.Instant;

/**
 * Now, twice. A trial's clock can jump by months or stand still, while machines take the seconds
 * they take.
 *
 * @param real for waiting and retrying
 * @param engine for what people read
 */
record Times(Instant real, Instant engine) {}
