/** How the engine writes its values as JSON. */
@NullMarked
package dev.innkeeper.billing.json;

import org.jspecify.annotations.NullMarked;
