package sampan.engine.containers;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the process may do.
///
/// @param options `--security-opt` words as given: seccomp=…, apparmor=…, no-new-privileges,
///   label=…, systempaths=unconfined; a seccomp profile is its JSON text, as the docker client
///   sends it
/// @param maskedPaths absent: the default list
/// @param readonlyPaths absent: the default list
public record SecuritySpec(
        boolean privileged,
        List<String> capAdd,
        List<String> capDrop,
        List<String> options,
        List<String> groupAdd,
        boolean readonlyRootfs,
        Map<String, String> sysctls,
        Optional<List<String>> maskedPaths,
        Optional<List<String>> readonlyPaths) {}
