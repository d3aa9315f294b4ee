/**
 * What every provisioner has to hold, as tests: extend {@link
 * dev.innkeeper.provisioner.contract.ProvisionerContract} and give it a {@link
 * dev.innkeeper.provisioner.contract.ContractWorld}.
 */
package dev.innkeeper.provisioner.contract;
