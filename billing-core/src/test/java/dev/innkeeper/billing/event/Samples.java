package dev.innkeeper.billing.event;

import dev.innkeeper.billing.money.Amount;
import dev.innkeeper.billing.money.Currency;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes a record with something in every component. */
final class Samples {
  private Samples() {}

  /**
   * @param bare whether what may be null is, and what may be empty is
   */
  static Object of(Class<?> record, boolean bare) throws ReflectiveOperationException {
    RecordComponent[] components = record.getRecordComponents();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    Object[] values = new Object[components.length];
    for (int i = 0; i < values.length; i++) {
      boolean nullable = components[i].getAnnotatedType().isAnnotationPresent(Nullable.class);
      values[i] = bare && nullable ? null : value(components[i].getGenericType(), bare);
    }
    Constructor<?> constructor = record.getDeclaredConstructor(types);
    constructor.setAccessible(true);
    return constructor.newInstance(values);
  }

  private static Object value(Type type, boolean bare) throws ReflectiveOperationException {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      if (generic.getRawType() == List.class) {
        return bare ? List.of() : List.of(value(arguments[0], false));
      }
      return bare ? Map.of() : Map.of("key", value(arguments[1], false));
    }
    Class<?> plain = (Class<?>) type;
    Map<Class<?>, Object> known =
        Map.ofEntries(
            Map.entry(UUID.class, new UUID(1, 2)),
            Map.entry(String.class, "text"),
            Map.entry(Instant.class, Instant.parse("2027-01-01T00:00:00Z")),
            Map.entry(LocalDate.class, LocalDate.of(2027, 1, 1)),
            Map.entry(BigDecimal.class, new BigDecimal("1.50")),
            Map.entry(Currency.class, Currency.EUR),
            Map.entry(Amount.class, Amount.parse("-12.34", Currency.EUR)),
            Map.entry(int.class, 1),
            Map.entry(long.class, 1L),
            Map.entry(Integer.class, 1),
            Map.entry(Long.class, 1L),
            Map.entry(boolean.class, true));
    Object value = known.get(plain);
    if (value != null) {
      return value;
    }
    if (plain.isEnum()) {
      return plain.getEnumConstants()[0];
    }
    if (plain.isRecord()) {
      return of(plain, bare);
    }
    throw new AssertionError("no sample is known for " + type);
  }
}
