package sampan.engine.build.execute;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.engine.build.context.Tree;
import sampan.engine.snapshots.Base;
import sampan.engine.snapshots.Chain;
import sampan.engine.snapshots.Snapshotter;
import sampan.linux.mounts.Overlay;

/// Roots of stages and images, merged and mounted nowhere, for reading. Thread-safe; closing it
/// closes all. A build has as many as it has steps that look at files.
final class Trees implements AutoCloseable {
    private final Snapshotter snapshots;
    private final Map<Chain, Tree> open = new HashMap<>();

    Trees(Snapshotter snapshots) {
        this.snapshots = snapshots;
    }

    /// The tree of a stack of layers; open until this is closed.
    synchronized Tree of(Chain chain) {
        return open.computeIfAbsent(chain, this::mount);
    }

    private Tree mount(Chain chain) {
        List<String> lowers = snapshots.rootMount(new Base.Layers(chain)).lowers();
        return new Tree(Overlay.detached(lowers, Optional.empty(), Optional.empty()));
    }

    @Override
    public synchronized void close() {
        open.values().forEach(tree -> tree.root().close());
        open.clear();
    }
}
