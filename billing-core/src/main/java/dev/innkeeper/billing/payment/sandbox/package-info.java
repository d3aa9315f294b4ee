/** A payment provider that moves no money: for trying things out and for tests. */
@NullMarked
package dev.innkeeper.billing.payment.sandbox;

import org.jspecify.annotations.NullMarked;
