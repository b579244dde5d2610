package sampan.engine.images;

import sampan.engine.snapshots.Base;

/// An image and what a container's snapshot of it stands on.
public record ResolvedImage(Image image, Base base) {}
