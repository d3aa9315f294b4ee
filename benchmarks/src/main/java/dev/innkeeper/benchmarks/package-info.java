/** Measures the engine against bare SQL, both on this machine and in the same run. */
@NullMarked
package dev.innkeeper.benchmarks;

import org.jspecify.annotations.NullMarked;
