package sampan.engine.images;

import java.util.List;

/// Who uses images: supplied by the containers' side.
public interface ImageUsers {
    /// @param id the container's, 64 digits
    /// @param imageId `sha256:…`
    /// @param running a task exists
    record ContainerUse(String id, String imageId, boolean running, String name) {}

    /// All containers; never blocks on any of them.
    List<ContainerUse> uses();
}
