package dev.innkeeper.provisioner.k8s;

import java.util.Arrays;
import java.util.List;

/**
 * A path of the API server.
 *
 * @param group such as {@code /apis/apps/v1}
 * @param namespace empty for what is in none, and for all
 * @param name empty for all
 */
record ApiPath(String group, String namespace, String plural, String name)
    implements Comparable<ApiPath> {

  static ApiPath of(String path) {
    List<String> words = Arrays.asList(path.substring(1).split("/", -1));
    int groupWords = words.get(0).equals("api") ? 2 : 3;
    String group = "/" + String.join("/", words.subList(0, groupWords));
    List<String> rest = words.subList(groupWords, words.size());
    if (rest.get(0).equals("namespaces") && rest.size() > 2) {
      return new ApiPath(group, rest.get(1), rest.get(2), rest.size() > 3 ? rest.get(3) : "");
    }
    return new ApiPath(group, "", rest.get(0), rest.size() > 1 ? rest.get(1) : "");
  }

  static ApiPath namespace(String name) {
    return new ApiPath("/api/v1", "", "namespaces", name);
  }

  ApiPath named(String newName) {
    return new ApiPath(group, namespace, plural, newName);
  }

  /** Whether a list at the other path has it. */
  boolean isIn(ApiPath list) {
    return group.equals(list.group)
        && plural.equals(list.plural)
        && (list.namespace.isEmpty() || list.namespace.equals(namespace));
  }

  @Override
  public int compareTo(ApiPath other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return group + "/" + namespace + "/" + plural + "/" + name;
  }
}
