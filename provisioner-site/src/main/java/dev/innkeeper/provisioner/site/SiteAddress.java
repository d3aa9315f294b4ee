package dev.innkeeper.provisioner.site;

/** How browsers reach sites. */
record SiteAddress(String scheme, String domain, int port) {
  static final String PATH_PREFIX = "/sites/";

  String urlOf(Site site) {
    boolean usual = scheme.equals("https") ? port == 443 : port == 80;
    String authority = domain + (usual ? "" : ":" + port);
    return site.parameters().ownAddress()
        ? scheme + "://" + site.name() + "." + authority + "/"
        : scheme + "://" + authority + PATH_PREFIX + site.name() + "/";
  }
}
