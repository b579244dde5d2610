package sampan.engine.services;

import java.util.List;
import java.util.Map;
import sampan.engine.disk.Candidate;
import sampan.engine.disk.Decision;
import sampan.engine.fsck.Fsck;

/// What keeps images, containers and volumes on disk: whether it is whole, and how full it is.
public interface StoreService {
    /// Checks that everything has an owner, every blob its digest and every layer its blob's
    /// content. Holds up nobody; what it finds is exact while everything goes on.
    ///
    /// @param repair takes away what is nobody's, mends what can be, and looks again
    Fsck.Report fsck(boolean repair);

    /// The disk, and what the policy makes of it.
    ///
    /// @param usable bytes that ordinary users can have of the filesystem
    /// @param used bytes of it in use, by whomever
    /// @param high mark in bytes; -1 where the policy is off
    /// @param low mark in bytes
    /// @param settings of the policy, as they were given
    /// @param decisions the last ones, the newest first
    record Disk(
            long usable,
            long used,
            long high,
            long low,
            Map<String, String> settings,
            List<Decision> decisions) {}

    Disk disk();

    /// Bytes on disk below the daemon's root by what they are for; together all that lies there.
    Map<String, Long> bytes();

    /// What would go to come under the low mark, in this order.
    List<Candidate> plan();

    /// Frees space down to the low mark, whatever the high mark says.
    List<Decision> collect();
}
