package dev.innkeeper.provisioner.capability;

import dev.innkeeper.provisioner.Outcome;
import dev.innkeeper.provisioner.ResourceRef;
import java.time.Instant;
import java.util.List;

/** Backs a resource's data up, and brings it back. */
public interface BackedUp {

  /**
   * Makes a backup, once however often it is called with one id.
   *
   * @param backupId the caller's, a DNS label
   */
  Outcome backUp(ResourceRef ref, String backupId);

  /** Puts the data of a backup in the place of what is there. */
  Outcome restore(ResourceRef ref, String backupId);

  /** Removes a backup; ready when it is gone already. */
  Outcome deleteBackup(ResourceRef ref, String backupId);

  /** The backups there are, newest first, of a resource that is gone too. */
  List<Backup> backups(ResourceRef ref);

  /** A backup that is complete. */
  record Backup(String backupId, Instant madeAt, long sizeBytes) {}
}
