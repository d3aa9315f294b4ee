package dev.innkeeper.provisioner.workload;

/**
 * What runs. Sealed: these are the words that provisioners of different makers have in common, so a
 * product can move from one to another. What only one kind of provisioner understands is a {@link
 * CustomWorkload}, which needs no change here.
 */
public sealed interface Workload
    permits ContainerWorkload, VirtualMachine, KubernetesProject, CustomWorkload {}
