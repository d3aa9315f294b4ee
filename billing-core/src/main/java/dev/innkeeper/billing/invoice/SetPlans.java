package dev.innkeeper.billing.invoice;

import org.jdbi.v3.core.Handle;

/**
 * Has the current transaction's statements on sets of a thousand rows go by the indexes, whatever
 * the server's settings and however old its statistics. Left to itself the planner reads whole
 * tables while they are small, keeps that plan while they grow, and spends more time planning than
 * it saves; see ADR 36.
 */
final class SetPlans {
  private static final String BY_INDEX =
      "select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),"
          + " set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true),"
          + " set_config('plan_cache_mode', 'force_generic_plan', true),"
          + " set_config('max_parallel_workers_per_gather', '0', true)";

  private SetPlans() {}

  /** Until the transaction's end. */
  static void goByIndex(Handle handle) {
    handle.createQuery(BY_INDEX).mapTo(String.class).one();
  }
}
