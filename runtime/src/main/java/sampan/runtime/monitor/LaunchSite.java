package sampan.runtime.monitor;

import java.util.List;
import sampan.linux.sys.Fd;

/// A process that starts `sampan-launch` as its own child.
public interface LaunchSite {
    /// Starts it as plan.h has it; returns before it runs. The descriptors stay the caller's.
    ///
    /// @param program the image of `sampan-launch`
    void start(Fd program, Fd plan, Fd control, List<LaunchSlot> slots);
}
