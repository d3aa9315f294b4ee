package dev.innkeeper.provisioner.k8s;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Names an object of a namespace. Written as {@code apps/v1 Deployment web}. */
record ObjectKey(String apiVersion, String kind, String name) implements Comparable<ObjectKey> {

  static ObjectKey of(HasMetadata object) {
    return new ObjectKey(object.getApiVersion(), object.getKind(), object.getMetadata().getName());
  }

  /** The keys of a text that {@link #write} made; none when there is no text. */
  static Set<ObjectKey> read(Optional<String> text) {
    Set<ObjectKey> keys = new TreeSet<>();
    for (String line : text.orElse("").split("\n", -1)) {
      String[] words = line.split(" ", -1);
      if (words.length == 3) {
        keys.add(new ObjectKey(words[0], words[1], words[2]));
      }
    }
    return keys;
  }

  static String write(Collection<ObjectKey> keys) {
    return keys.stream().sorted().map(ObjectKey::toString).collect(Collectors.joining("\n"));
  }

  @Override
  public int compareTo(ObjectKey other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return apiVersion + " " + kind + " " + name;
  }
}
