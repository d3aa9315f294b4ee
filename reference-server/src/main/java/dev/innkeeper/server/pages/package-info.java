/** The server-rendered pages. */
@NullMarked
package dev.innkeeper.server.pages;

import org.jspecify.annotations.NullMarked;
