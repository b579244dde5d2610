package sampan.engine.services;

import java.util.List;
import java.util.Map;
import sampan.engine.containers.Container;
import sampan.engine.images.Image;
import sampan.engine.volumes.Volume;

/// The engine about itself.
public interface SystemService {
    /// What `docker info` wants to know, measured when asked.
    record SystemView(
            String id,
            String name,
            int containers,
            int running,
            int paused,
            int stopped,
            int images,
            String storageDriver,
            List<List<String>> storageStatus,
            String kernelVersion,
            String operatingSystem,
            String osVersion,
            String architecture,
            int cpus,
            long memory,
            String root,
            String cgroupVersion,
            List<String> securityOptions,
            List<String> warnings,
            boolean memoryLimit,
            boolean swapLimit,
            boolean cpuCfs,
            boolean cpuShares,
            boolean cpuSet,
            boolean pidsLimit,
            boolean oomKillDisable,
            boolean ipv4Forwarding,
            int openDescriptors,
            int threads,
            int eventListeners,
            Map<String, String> settings) {}

    SystemView view();

    /// Disk use. Sizes are bytes on disk as du(1) counts, of images with their blobs; `shared` of
    /// an image is what others have too; of containers what they wrote, with logs and records.
    record ImageUse(Image image, long shared, long unique, int containers) {}

    record ContainerUse(Container container, long writable, long root) {}

    record VolumeUse(Volume volume, long bytes, int references) {}

    record DiskUse(
            long layersBytes,
            List<ImageUse> images,
            List<ContainerUse> containers,
            List<VolumeUse> volumes) {}

    DiskUse diskUse();

    /// One finding of doctor.
    ///
    /// @param level ok, warning, leftover, failure
    record Finding(String subject, String level, String text, String remedy) {}

    /// What the kernel offers and what is left over.
    List<Finding> doctor();

    /// Takes away what is left over, and tells of each thing whether that worked.
    List<Finding> repair();
}
