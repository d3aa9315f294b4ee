package dev.innkeeper.billing.dunning;

import dev.innkeeper.billing.problem.InvalidInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What is done, and when, about invoices that are due and unpaid.
 *
 * <p>Steps follow each other: every step's days count from the step before it. When the engine did
 * not run for more than a day, they count from when the step before was really done, so that nobody
 * is suspended without the time a warning promised.
 *
 * @param name for people
 * @param steps at least one, at most 200, in order; nothing comes after a {@code TERMINATE} for all
 *     products
 */
public record GracePolicy(String name, List<Step> steps) {
  private static final int STEPS_MAX = 200;
  private static final int DAYS_MAX = 3_660;

  /** What a step does. */
  public enum Action {
    /** Sends the open invoices again. */
    REMIND,
    /** Announces the next suspension or removal. */
    WARN,
    /** Suspends what runs; nothing is lost. */
    SUSPEND,
    /** Ends what is suspended for good. */
    TERMINATE
  }

  /**
   * One step.
   *
   * @param daysAfterPrevious zero or more; the first step's days count from when the first invoice
   *     fell due
   * @param products codes of the products it is about; empty for all
   */
  public record Step(Action action, int daysAfterPrevious, Set<String> products) {
    public Step {
      products = Set.copyOf(products);
    }

    /** A step for all products. */
    public static Step of(Action action, int daysAfterPrevious) {
      return new Step(action, daysAfterPrevious, Set.of());
    }
  }

  public GracePolicy {
    steps = List.copyOf(steps);
    if (name.isBlank() || name.length() > 100) {
      throw new InvalidInput("name", "must have 1 to 100 characters");
    }
    if (steps.isEmpty() || steps.size() > STEPS_MAX) {
      throw new InvalidInput("steps", "must be 1 to " + STEPS_MAX);
    }
    int warned = 0;
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      String field = "steps[" + i + "]";
      if (step.daysAfterPrevious() < 0 || step.daysAfterPrevious() > DAYS_MAX) {
        throw new InvalidInput(field + ".daysAfterPrevious", "must be 0 to " + DAYS_MAX);
      }
      boolean drastic = step.action() == Action.SUSPEND || step.action() == Action.TERMINATE;
      if (drastic && warned == 0) {
        throw new InvalidInput(field, "a " + step.action() + " needs a WARN before it");
      }
      warned = drastic ? 0 : warned + (step.action() == Action.WARN ? 1 : 0);
      if (step.action() == Action.TERMINATE && step.products().isEmpty() && i < steps.size() - 1) {
        throw new InvalidInput(field, "nothing can follow when everything is terminated");
      }
    }
  }

  /**
   * A reminder every week, suspension after two weeks, removal after three months, each announced:
   * suspension three days before, removal two weeks and again one week before.
   */
  public static GracePolicy standard() {
    List<Step> steps = new ArrayList<>();
    steps.add(Step.of(Action.REMIND, 0));
    steps.add(Step.of(Action.REMIND, 7));
    steps.add(Step.of(Action.WARN, 4));
    steps.add(Step.of(Action.SUSPEND, 3));
    for (int week = 3; week <= 10; week++) {
      steps.add(Step.of(Action.REMIND, 7));
    }
    steps.add(Step.of(Action.WARN, 7));
    steps.add(Step.of(Action.WARN, 7));
    steps.add(Step.of(Action.TERMINATE, 7));
    return new GracePolicy("standard", steps);
  }
}
