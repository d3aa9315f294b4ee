package dev.innkeeper.provisioner;

import dev.innkeeper.provisioner.settings.SettingsSchema;
import org.pf4j.ExtensionPoint;

/**
 * A plugin's door: says which kind of provisioner it makes and what must be set for it. Implement
 * it, annotate the class with {@link org.pf4j.Extension}, and give it a public constructor without
 * parameters.
 */
public interface ProvisionerFactory extends ExtensionPoint {

  /** What products name it by, such as {@code site}: a lower-case DNS label. */
  String kind();

  /** The settings it takes; checked before {@link #create} is called. */
  SettingsSchema settings();

  /**
   * Makes a provisioner. Several of one kind may live side by side, each with its own name, folder
   * and settings.
   *
   * @throws RuntimeException with a message for the administrator when it can't work this way, such
   *     as a port that is taken
   */
  Provisioner create(ProvisionerContext context);
}
