/**
 * Where the machines come from that containers are placed on. The inventory of machines that are
 * there already comes with the plugin; for others implement {@link
 * dev.innkeeper.provisioner.swarm.hub.MachinesFactory}.
 */
@NullMarked
package dev.innkeeper.provisioner.swarm.hub;

import org.jspecify.annotations.NullMarked;
