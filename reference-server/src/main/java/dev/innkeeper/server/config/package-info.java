/** What the server is told by its YAML file and its environment, checked before anything starts. */
@NullMarked
package dev.innkeeper.server.config;

import org.jspecify.annotations.NullMarked;
