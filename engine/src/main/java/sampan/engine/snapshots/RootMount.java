package sampan.engine.snapshots;

import java.util.List;
import java.util.Optional;

/// An overlay to be mounted as a container's root.
///
/// @param lowers absolute paths, the topmost first; at least one
/// @param upper what is written goes here; absent for a mount that is only read
/// @param work overlayfs's scratch beside the upper
/// @param volatileUpper what is written need not survive a power cut (mount option `volatile`)
public record RootMount(
        List<String> lowers, Optional<String> upper, Optional<String> work, boolean volatileUpper) {
    public RootMount {
        lowers = List.copyOf(lowers);
    }

    /// The same, without the sync of the whole upper filesystem that the kernel does when such a
    /// mount ends: for what vanishes with its container anyway. Measured, that sync is half of a
    /// short container's life.
    public RootMount ephemeral() {
        return new RootMount(lowers, upper, work, upper.isPresent());
    }

    /// The lowers alone, as the container found them.
    public RootMount readOnly() {
        return new RootMount(lowers, Optional.empty(), Optional.empty(), false);
    }
}
