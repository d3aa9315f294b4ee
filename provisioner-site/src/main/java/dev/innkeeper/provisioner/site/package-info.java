/**
 * Static web sites. Read {@link dev.innkeeper.provisioner.site.SiteFactory} first, then {@code
 * SiteProvisioner}; the rest is what it acts upon.
 */
@NullMarked
package dev.innkeeper.provisioner.site;

import org.jspecify.annotations.NullMarked;
