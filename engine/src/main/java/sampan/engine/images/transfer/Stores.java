package sampan.engine.images.transfer;

import sampan.engine.content.ContentStore;
import sampan.engine.images.Collector;
import sampan.engine.images.ImageStore;
import sampan.engine.leases.Leases;
import sampan.engine.snapshots.Snapshotter;

/// Where images live.
public record Stores(
        ContentStore content,
        Snapshotter snapshots,
        ImageStore images,
        Leases leases,
        Collector collector) {}
