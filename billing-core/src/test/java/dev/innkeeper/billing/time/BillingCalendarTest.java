package dev.innkeeper.billing.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class BillingCalendarTest {
  @Test
  void anAnchorOnThe31stNeverDrifts() {
    BillingCalendar calendar = new BillingCalendar(LocalDate.of(2027, 1, 31), ZoneOffset.UTC);
    assertThat(calendar.startOf(1)).isEqualTo("2027-02-28T00:00:00Z");
    assertThat(calendar.startOf(2)).isEqualTo("2027-03-31T00:00:00Z");
    assertThat(calendar.startOf(13)).isEqualTo("2028-02-29T00:00:00Z");
  }

  @Property(tries = 2000)
  void periodsTileTimeInEveryZone(
      @ForAll("zones") ZoneId zone,
      @ForAll @IntRange(min = 1, max = 31) int anchorDay,
      @ForAll @LongRange(min = 1_577_836_800L, max = 4_102_444_800L) long second) {
    BillingCalendar calendar = new BillingCalendar(LocalDate.of(2020, 1, anchorDay), zone);
    Instant instant = Instant.ofEpochSecond(second);
    BillingCalendar.Period period = calendar.periodAt(instant);
    assertThat(period.interval().contains(instant)).isTrue();
    assertThat(calendar.period(period.index() + 1).from()).isEqualTo(period.to());
    assertThat(calendar.periodAt(period.to().minusNanos(1))).isEqualTo(period);
  }

  @Provide
  Arbitrary<ZoneId> zones() {
    return Arbitraries.of(ZoneId.getAvailableZoneIds().stream().sorted().toList()).map(ZoneId::of);
  }
}
