package sampan.engine.containers;

/// Which namespaces are its own. Each mode is a word of the Docker API: empty or `private` for its
/// own, `host`, `container:ID`; for ipc also `shareable` and `none`.
///
/// @param hostname empty: the short container id
/// @param userns empty: none (the daemon's), `host`, or `remap[:SIZE]` and `keep:UID:HOST:SIZE`
///   maps
/// @param cgroup `private` or `host`; empty: private
public record NamespaceSpec(
        String pid,
        String ipc,
        String uts,
        String userns,
        String cgroup,
        String hostname,
        String domainname) {}
