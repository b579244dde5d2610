package sampan.engine.services;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.engine.containers.Container;
import sampan.engine.containers.ContainerId;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.containers.LifecycleSpec.RestartPolicy;
import sampan.engine.containers.ResourceSpec;
import sampan.oci.image.Platform;

/// Containers as data. A `reference` is an id, an unambiguous prefix of one, or a name with or
/// without a leading slash; unknown is NOT_FOUND with Docker's words `No such container: REF`.
public interface ContainerService {
    /// @param warnings Docker's texts, for what is accepted but without effect here
    record Created(ContainerId id, List<String> warnings) {}

    /// Makes a container. CONFLICT when the name is taken, NOT_FOUND `No such image: REF` without
    /// its image, INVALID for everything that the spec gets wrong.
    Created create(Optional<String> name, ContainerSpec spec);

    /// @param platform which image of a name that has several
    Created create(Optional<String> name, ContainerSpec spec, Platform platform);

    Container inspect(String reference);

    /// Bytes of the writable layer, and of the whole root filesystem.
    record Size(long writable, long root) {}

    Size size(String reference);

    /// A snapshot of all containers, newest first; never blocks on any of them.
    List<Container> list();

    /// Docker's `filters` of GET /containers/json applied to [#list]; unknown filters are INVALID.
    List<Container> list(boolean all, int limit, Map<String, List<String>> filters);

    void rename(String reference, String name);

    /// Changes limits and restart policy, of a running container too. Returns warnings.
    List<String> update(String reference, ResourceSpec resources, Optional<RestartPolicy> restart);

    void remove(String reference, boolean force, boolean withVolumes);

    record Pruned(List<String> ids, long bytes) {}

    Pruned prune(Map<String, List<String>> filters);
}
