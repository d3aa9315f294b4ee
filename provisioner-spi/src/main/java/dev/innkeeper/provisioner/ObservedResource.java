package dev.innkeeper.provisioner;

/** An entry of {@link Provisioner#inventory}. */
public record ObservedResource(ResourceRef ref, Observation observation) {}
