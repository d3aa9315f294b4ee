/** What the engine's tests, and embedders' tests, stand on. */
package dev.innkeeper.billing.testing;
