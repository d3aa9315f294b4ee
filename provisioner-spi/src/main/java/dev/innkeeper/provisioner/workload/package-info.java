/** What a customer is entitled to run, in words that several provisioners understand. */
@NullMarked
package dev.innkeeper.provisioner.workload;

import org.jspecify.annotations.NullMarked;
