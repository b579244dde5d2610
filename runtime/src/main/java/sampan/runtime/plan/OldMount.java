package sampan.runtime.plan;

/// Arguments of mount(2) but the target.
///
/// @param flags MS_* bits
public record OldMount(String source, String fstype, long flags, String data) {}
