/** The public API under /v1. */
@NullMarked
package dev.innkeeper.server.rest;

import org.jspecify.annotations.NullMarked;
