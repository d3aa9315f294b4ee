package dev.innkeeper.billing.catalog;

/** What a new price version does to subscriptions that were sold under an older one. */
public enum RaisePolicy {
  /** They keep the price they were sold under. */
  KEEP,
  /** They move to the new price with the first billing period that starts after the notice. */
  MOVE_AT_RENEWAL
}
