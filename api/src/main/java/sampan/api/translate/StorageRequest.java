package sampan.api.translate;

import static sampan.api.translate.Values.each;
import static sampan.api.translate.Values.list;
import static sampan.api.translate.Values.map;
import static sampan.api.translate.Values.text;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import sampan.api.wire.ContainerConfig;
import sampan.api.wire.HostConfig;
import sampan.api.wire.Mount;
import sampan.engine.containers.StorageSpec;
import sampan.engine.containers.StorageSpec.MountRequest;
import sampan.errors.SampanException;

/// Mounts, volumes and tmpfs of a new container.
final class StorageRequest {
    private StorageRequest() {}

    static StorageSpec read(ContainerConfig config, HostConfig host) {
        List<MountRequest> mounts = new ArrayList<>();
        List<String> anonymous = new ArrayList<>();
        for (String bind : list("Binds", host.binds())) {
            if (bind.indexOf(':') < 0) {
                anonymous.add(MountPath.absolute("volume", bind));
            } else {
                mounts.add(BindRequest.read(bind));
            }
        }
        for (Mount mount : each("Mounts", host.mounts())) {
            mounts.add(MountOption.read(mount));
        }
        Map<String, String> tmpfs = map("Tmpfs", host.tmpfs());
        tmpfs.keySet().forEach(target -> MountPath.absolute("tmpfs", target));
        refuseDuplicates(mounts, tmpfs);
        for (String target : CreateRequest.anonymous(config)) {
            anonymous.add(MountPath.absolute("volume", target));
        }
        if (host.shmSize() < 0) {
            throw SampanException.invalid("SHM size can not be less than 0");
        }
        String driver = text(host.volumeDriver());
        if (!driver.isEmpty() && !driver.equals("local")) {
            throw SampanException.invalid(
                    "error looking up volume plugin "
                            + driver
                            + ": plugin \""
                            + driver
                            + "\" not found");
        }
        return new StorageSpec(
                List.copyOf(mounts),
                List.copyOf(anonymous),
                tmpfs,
                list("VolumesFrom", host.volumesFrom()),
                host.shmSize(),
                map("StorageOpt", host.storageOpt()),
                driver);
    }

    private static void refuseDuplicates(List<MountRequest> mounts, Map<String, String> tmpfs) {
        Set<String> targets = new HashSet<>();
        List<String> all = new ArrayList<>(tmpfs.keySet());
        mounts.forEach(mount -> all.add(mount.target()));
        for (String target : all) {
            if (!targets.add(MountPath.clean(target))) {
                throw SampanException.invalid("Duplicate mount point: " + target);
            }
        }
    }
}
