/**
 * The ledger: every movement of money as one balanced transfer between accounts.
 *
 * <p>Transfers never change; what was wrong is reversed. A transfer's id has one effect, however
 * often it is sent.
 */
@NullMarked
package dev.innkeeper.billing.ledger;

import org.jspecify.annotations.NullMarked;
