package dev.innkeeper.server.auth;

import dev.innkeeper.billing.problem.NotAllowed;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who makes a request.
 *
 * @param customerId the customer a {@link Role#CUSTOMER} acts for; null for an admin
 */
public record Identity(UUID loginId, String email, Role role, @Nullable UUID customerId) {
  public boolean isAdmin() {
    return role == Role.ADMIN;
  }

  /**
   * The customer.
   *
   * @throws NotAllowed for an admin, who is none
   */
  public UUID requireCustomer() {
    UUID id = customerId;
    if (id == null) {
      throw new NotAllowed("not-a-customer", "an admin has no wallet; sign in as a customer");
    }
    return id;
  }
}
