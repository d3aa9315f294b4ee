package dev.innkeeper.billing.dunning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.innkeeper.billing.dunning.GracePolicy.Action;
import dev.innkeeper.billing.dunning.GracePolicy.Step;
import dev.innkeeper.billing.json.BillingJson;
import dev.innkeeper.billing.problem.InvalidInput;
import java.util.List;
import org.junit.jupiter.api.Test;

class GracePolicyTest {
  @Test
  void theStandardPolicyRemindsWeeklySuspendsAfterTwoWeeksAndTerminatesAfterThreeMonths() {
    int day = 0;
    int suspendedOn = -1;
    int terminatedOn = -1;
    int lastWord = 0;
    for (Step step : GracePolicy.standard().steps()) {
      day += step.daysAfterPrevious();
      assertThat(day - lastWord).isLessThanOrEqualTo(7);
      lastWord = day;
      suspendedOn = step.action() == Action.SUSPEND ? day : suspendedOn;
      terminatedOn = step.action() == Action.TERMINATE ? day : terminatedOn;
    }
    assertThat(suspendedOn).isEqualTo(14);
    assertThat(terminatedOn).isEqualTo(91);
  }

  @Test
  void aPolicyIsData() {
    ObjectMapper json = BillingJson.mapper();
    String text = BillingJson.write(json, GracePolicy.standard());
    assertThat(BillingJson.read(json, text, GracePolicy.class)).isEqualTo(GracePolicy.standard());
  }

  @Test
  void nothingDrasticHappensUnannounced() {
    assertThatThrownBy(() -> new GracePolicy("rude", List.of(Step.of(Action.SUSPEND, 3))))
        .isInstanceOf(InvalidInput.class)
        .hasMessage("steps[0]: a SUSPEND needs a WARN before it");
    assertThatThrownBy(
            () ->
                new GracePolicy(
                    "rude",
                    List.of(
                        Step.of(Action.WARN, 0),
                        Step.of(Action.SUSPEND, 3),
                        Step.of(Action.TERMINATE, 3))))
        .hasMessageContaining("steps[2]");
  }
}
