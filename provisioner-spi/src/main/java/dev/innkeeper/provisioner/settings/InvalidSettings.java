package dev.innkeeper.provisioner.settings;

import dev.innkeeper.provisioner.SpecProblem;
import java.util.List;
import java.util.stream.Collectors;

/** Settings that don't fit their schema; the message names each field and the way out. */
public final class InvalidSettings extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final transient List<SpecProblem> problems;

  InvalidSettings(List<SpecProblem> problems) {
    super(problems.stream().map(SpecProblem::toString).collect(Collectors.joining("; ")));
    this.problems = List.copyOf(problems);
  }

  /** At least one. */
  public List<SpecProblem> problems() {
    return problems;
  }
}
