package sampan.linux.mounts;

import java.util.List;
import java.util.Optional;

/// One line of /proc/PID/mountinfo (proc(5)).
///
/// @param device packed as `files.Device`
/// @param root the directory of the file system that is mounted
/// @param mountPoint relative to the root directory of the process
/// @param options of this mount: `rw`, `nosuid`, ...
/// @param propagation `shared:N`, `master:N`, `propagate_from:N`, `unbindable`; empty for private
/// @param superOptions of the file system
public record MountEntry(
        int id,
        int parentId,
        long device,
        String root,
        String mountPoint,
        List<String> options,
        List<String> propagation,
        String type,
        String source,
        List<String> superOptions) {
    public MountEntry {
        options = List.copyOf(options);
        propagation = List.copyOf(propagation);
        superOptions = List.copyOf(superOptions);
    }

    public boolean readOnly() {
        return options.contains("ro");
    }

    /// The peer group that the mount shares its events with.
    public Optional<String> sharedGroup() {
        return propagation.stream()
                .filter(field -> field.startsWith("shared:"))
                .map(field -> field.substring("shared:".length()))
                .findFirst();
    }
}
