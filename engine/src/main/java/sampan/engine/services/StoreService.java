package sampan.engine.services;

import sampan.engine.fsck.Fsck;

/// What keeps images, containers and volumes on disk: whether it is whole.
public interface StoreService {
    /// Checks that everything has an owner, every blob its digest and every layer its blob's
    /// content. Holds up nobody; what it finds is exact while everything goes on.
    ///
    /// @param repair takes away what is nobody's, mends what can be, and looks again
    Fsck.Report fsck(boolean repair);
}
