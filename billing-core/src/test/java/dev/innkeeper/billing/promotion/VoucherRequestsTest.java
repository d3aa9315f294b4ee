package dev.innkeeper.billing.promotion;

import static dev.innkeeper.billing.payment.PaymentFixture.eur;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.innkeeper.billing.audit.AuditCheck;
import dev.innkeeper.billing.payment.PaymentFixture;
import dev.innkeeper.billing.problem.InvalidInput;
import dev.innkeeper.billing.problem.NotAllowed;
import dev.innkeeper.billing.problem.NotFound;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class VoucherRequestsTest {
  private final PaymentFixture f = new PaymentFixture();
  private final VoucherRequests requests = f.engine.voucherRequests();
  private final UUID ada = f.customer();

  @Test
  void whatIsGrantedIsCreditAtOnceAndPaysWhatIsOpen() {
    VoucherRequest asked = requests.ask(ada, eur("50.00"), "We are a charity.", "k");
    assertThat(requests.ask(ada, eur("50.00"), "We are a charity.", "k")).isEqualTo(asked);
    assertThat(requests.waiting()).containsExactly(asked);
    f.invoice(ada, "12.00");
    VoucherRequest approved =
        requests.approve(ada, asked.id(), eur("30.00"), "Less, but gladly.", "boss");
    assertThat(approved.state()).isEqualTo(VoucherRequest.State.APPROVED);
    assertThat(approved.granted()).isEqualTo(eur("30.00"));
    assertThat(f.wallet(ada)).isEqualTo("0.00 18.00 0.00");
    assertThat(requests.approve(ada, asked.id(), eur("30.00"), "Again.", "boss"))
        .isEqualTo(approved);
    assertThat(f.wallet(ada)).isEqualTo("0.00 18.00 0.00");
    assertThat(requests.waiting()).isEmpty();
    assertThat(f.events(ada))
        .containsSubsequence("voucher.requested", "voucher.approved", "voucher.redeemed");
    assertThat(f.engine.audit().run().checks())
        .filteredOn(check -> check.name().equals("vouchers-as-often-as-allowed"))
        .allMatch(AuditCheck::holds);
  }

  @Test
  void whatIsTurnedDownSaysWhyAndAnotherMayBeAsked() {
    VoucherRequest asked = requests.ask(ada, eur("50.00"), "Please", "k");
    assertThatThrownBy(() -> requests.ask(ada, eur("60.00"), "Please!", "k2"))
        .isInstanceOfSatisfying(
            NotAllowed.class, e -> assertThat(e.code()).isEqualTo("request-waiting"));
    VoucherRequest rejected = requests.reject(ada, asked.id(), "Not this year.", "boss");
    assertThat(rejected.answer()).isEqualTo("Not this year.");
    assertThat(f.events(ada)).contains("voucher.rejected");
    assertThatThrownBy(() -> requests.approve(ada, asked.id(), eur("1.00"), null, "boss"))
        .isInstanceOfSatisfying(
            NotAllowed.class, e -> assertThat(e.code()).isEqualTo("request-decided"));
    assertThat(requests.ask(ada, eur("5.00"), "A little?", "k3").state())
        .isEqualTo(VoucherRequest.State.WAITING);
    assertThat(requests.list(ada)).hasSize(2);
    assertThat(f.wallet(ada)).isEqualTo("0.00 0.00 0.00");
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertThatThrownBy(() -> requests.ask(ada, eur("0.00"), "Please", "k"))
        .isInstanceOf(InvalidInput.class);
    assertThatThrownBy(() -> requests.ask(ada, eur("1.00"), " ", "k"))
        .isInstanceOf(InvalidInput.class);
    VoucherRequest asked = requests.ask(ada, eur("1.00"), "Please", "k");
    assertThatThrownBy(() -> requests.approve(f.customer(), asked.id(), eur("1.00"), null, "boss"))
        .isInstanceOf(NotFound.class);
    assertThatThrownBy(() -> requests.reject(ada, asked.id(), "", "boss"))
        .isInstanceOf(InvalidInput.class);
  }
}
