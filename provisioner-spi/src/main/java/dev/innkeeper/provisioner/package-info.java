/**
 * What a plugin implements to run things for customers: {@link
 * dev.innkeeper.provisioner.ProvisionerFactory} and {@link dev.innkeeper.provisioner.Provisioner}.
 */
@NullMarked
package dev.innkeeper.provisioner;

import org.jspecify.annotations.NullMarked;
