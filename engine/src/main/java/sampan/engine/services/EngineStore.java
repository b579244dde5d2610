package sampan.engine.services;

import sampan.engine.fsck.Fsck;

/// The store of an engine.
public final class EngineStore implements StoreService {
    private final Fsck fsck;

    public EngineStore(Fsck fsck) {
        this.fsck = fsck;
    }

    @Override
    public Fsck.Report fsck(boolean repair) {
        return fsck.run(repair);
    }
}
