/**
 * Finds plugins in a folder, as jar or zip, or in the class folders of modules, and makes
 * provisioners.
 */
@NullMarked
package dev.innkeeper.server.plugins;

import org.jspecify.annotations.NullMarked;
