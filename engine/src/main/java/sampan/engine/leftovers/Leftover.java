package sampan.engine.leftovers;

/// Something of this daemon's on the host that nothing owns any more: a bug's or a kill's remains.
///
/// @param subject kind and name: `cgroup /sampan/…`, `mount /…`
/// @param text why it is left over
/// @param removal takes it away; looks again first, for its owner may have come back meanwhile
public record Leftover(String subject, String text, Runnable removal) {}
