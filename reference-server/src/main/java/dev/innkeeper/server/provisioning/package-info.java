/**
 * Makes the world match what customers are entitled to: {@link
 * dev.innkeeper.server.provisioning.Orchestrator} is the door, {@link
 * dev.innkeeper.server.provisioning.Resources} what pages and routes read.
 */
@NullMarked
package dev.innkeeper.server.provisioning;

import org.jspecify.annotations.NullMarked;
