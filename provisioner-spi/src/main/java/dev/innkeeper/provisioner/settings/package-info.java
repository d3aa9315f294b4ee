/** Settings and parameters as text, with a declared schema, checked before anyone uses them. */
@NullMarked
package dev.innkeeper.provisioner.settings;

import org.jspecify.annotations.NullMarked;
