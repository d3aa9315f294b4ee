/** The story that ./innkeeper demo plays through the public API. */
@NullMarked
package dev.innkeeper.server.demo;

import org.jspecify.annotations.NullMarked;
