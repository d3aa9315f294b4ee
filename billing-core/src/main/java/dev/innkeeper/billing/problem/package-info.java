/** What the engine says when it can't do what it was asked: which field, why, and what to do. */
@NullMarked
package dev.innkeeper.billing.problem;

import org.jspecify.annotations.NullMarked;
