/**
 * What a provisioner may offer beside running, suspending and removing: each an interface that it
 * implements or leaves.
 */
@NullMarked
package dev.innkeeper.provisioner.capability;

import org.jspecify.annotations.NullMarked;
