package dev.innkeeper.server.demo;

/** The story did not go as it must. */
public final class StoryBroken extends RuntimeException {
  StoryBroken(String message) {
    super(message);
  }
}
