package sampan.engine.services;

import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import sampan.engine.containers.ContainerHandle;
import sampan.engine.containers.ContainerId;
import sampan.engine.containers.ContainerRecord;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.containers.ContainerState;
import sampan.engine.containers.Containers;
import sampan.engine.containers.HostLimits;
import sampan.engine.containers.MountTable;
import sampan.engine.containers.NamespaceSpec;
import sampan.engine.containers.NetworkSpec;
import sampan.engine.containers.SpecCheck;
import sampan.engine.images.ImageStore;
import sampan.engine.images.ResolvedImage;
import sampan.engine.services.ContainerService.Created;
import sampan.engine.snapshots.Base;
import sampan.engine.snapshots.RootMount;
import sampan.engine.snapshots.Snapshotter;
import sampan.engine.store.Remains;
import sampan.engine.tasks.SpecBuilder;
import sampan.engine.tasks.VolumeFilling;
import sampan.engine.volumes.Volumes;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.image.Platform;

/// Makes containers. Everything is checked before anything is made, and what was made is taken back
/// when a later step fails; what a killed daemon leaves half made is found at its next start, for
/// the container's directory comes first and its spec last.
public final class ContainerCreation {
    private static final System.Logger LOG = System.getLogger(ContainerCreation.class.getName());

    private final Containers containers;
    private final ImageStore images;
    private final Snapshotter snapshots;
    private final Volumes volumes;
    private final VolumeFilling filling;
    private final ContainerEvents events;
    private final HostLimits host;
    private final Supplier<String> hostname;

    /// @param hostname of this machine, asked when a container shares it
    public ContainerCreation(
            Containers containers,
            ImageStore images,
            Snapshotter snapshots,
            Volumes volumes,
            ContainerEvents events,
            HostLimits host) {
        this.containers = containers;
        this.images = images;
        this.snapshots = snapshots;
        this.volumes = volumes;
        this.filling = new VolumeFilling(volumes);
        this.events = events;
        this.host = host;
        this.hostname = HostName::read;
    }

    Created create(Optional<String> name, ContainerSpec wanted) {
        return create(name, wanted, images.resolve(wanted.image()));
    }

    Created create(Optional<String> name, ContainerSpec wanted, Platform platform) {
        return create(
                name,
                wanted,
                images.find(wanted.image(), platform)
                        .orElseGet(() -> images.resolve(wanted.image())));
    }

    /// As [ContainerService#create] does, of an image that need not be stored: a step of a build.
    public Created create(Optional<String> name, ContainerSpec wanted, ResolvedImage image) {
        ContainerSpec merged = remapped(ImageDefaults.merge(wanted, image.image().config()));
        List<String> warnings = new ArrayList<>(SpecCheck.check(host, merged, wanted));
        SpecBuilder.check(merged);
        refuseWhatIsMissing(wanted, merged, warnings);
        refuseForeignHost(merged, image);
        ContainerId id = ContainerId.random();
        ContainerSpec settled = named(joined(merged), id);
        String taken = containers.reserve(name, id);
        try {
            ContainerHandle handle = make(id, taken, settled, image);
            events.publish(handle.record(), "create");
            return new Created(id, List.copyOf(warnings));
        } catch (RuntimeException e) {
            containers.release(taken, id);
            throw e;
        }
    }

    // Fields that a later version will serve: what would silently not happen is refused, what an
    // image asks for on its own is told.
    private static void refuseWhatIsMissing(
            ContainerSpec wanted, ContainerSpec merged, List<String> warnings) {
        wanted.lifecycle()
                .healthCheck()
                .filter(check -> !check.test().isEmpty() && !check.test().getFirst().equals("NONE"))
                .ifPresent(_ -> {
                    throw new SampanException(
                            ErrorCode.UNSUPPORTED,
                            "health checks are not supported yet: leave out --health-cmd");
                });
        if (wanted.lifecycle().healthCheck().isEmpty()
                && merged.lifecycle().healthCheck().isPresent()) {
            warnings.add("The health check of the image is not run");
        }
        String policy = wanted.lifecycle().restart().name();
        if (!policy.isEmpty() && !policy.equals("no")) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED,
                    "restart policy " + policy + " is not supported yet: leave out --restart");
        }
    }

    // The machine's own files cannot be given other owners: an overlay takes no id map.
    private static void refuseForeignHost(ContainerSpec spec, ResolvedImage image) {
        String users = spec.namespaces().userns();
        if (image.base() instanceof Base.Host && !users.isEmpty() && !users.equals("host")) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED,
                    "the image "
                            + spec.image()
                            + " cannot be used in a user namespace (--userns "
                            + users
                            + "): its files are the machine's, with the machine's owners; use"
                            + " --userns host, or an image that is stored");
        }
    }

    // Modes that name another container keep its id, so that a rename does not lead them astray.
    private ContainerSpec joined(ContainerSpec spec) {
        NamespaceSpec names = spec.namespaces();
        NetworkSpec network = spec.network();
        return with(
                spec,
                new NamespaceSpec(
                        resolve(names.pid(), "PID"),
                        resolve(names.ipc(), "IPC"),
                        names.uts(),
                        names.userns(),
                        names.cgroup(),
                        names.hostname(),
                        names.domainname()),
                new NetworkSpec(
                        resolve(network.mode(), "network"),
                        network.disabled(),
                        network.exposedPorts(),
                        network.portBindings(),
                        network.publishAll(),
                        network.dns(),
                        network.dnsOptions(),
                        network.dnsSearch(),
                        network.extraHosts(),
                        network.macAddress(),
                        network.address(),
                        network.aliases(),
                        network.links()));
    }

    private String resolve(String mode, String kind) {
        String prefix = "container:";
        if (!mode.startsWith(prefix)) {
            return mode;
        }
        try {
            return prefix + containers.resolve(mode.substring(prefix.length())).id();
        } catch (SampanException e) {
            // Not NOT_FOUND: clients would take it for the image and pull that.
            throw new SampanException(
                    ErrorCode.INVALID,
                    "joining " + kind + " namespace of container: " + e.getMessage(),
                    e);
        }
    }

    // Kept in the record: another setting of the next daemon changes nothing for it.
    private ContainerSpec remapped(ContainerSpec spec) {
        NamespaceSpec names = spec.namespaces();
        if (!names.userns().isEmpty() || host.userns().isEmpty()) {
            return spec;
        }
        return with(
                spec,
                new NamespaceSpec(
                        names.pid(),
                        names.ipc(),
                        names.uts(),
                        host.userns(),
                        names.cgroup(),
                        names.hostname(),
                        names.domainname()),
                spec.network());
    }

    private ContainerSpec named(ContainerSpec spec, ContainerId id) {
        NamespaceSpec names = spec.namespaces();
        if (!names.hostname().isEmpty() || spec.network().mode().startsWith("container:")) {
            return spec;
        }
        boolean shared = names.uts().equals("host") || spec.network().mode().equals("host");
        return with(
                spec,
                new NamespaceSpec(
                        names.pid(),
                        names.ipc(),
                        names.uts(),
                        names.userns(),
                        names.cgroup(),
                        shared ? hostname.get() : id.brief(),
                        names.domainname()),
                spec.network());
    }

    private static ContainerSpec with(
            ContainerSpec spec, NamespaceSpec namespaces, NetworkSpec network) {
        return new ContainerSpec(
                spec.image(),
                spec.process(),
                namespaces,
                spec.security(),
                spec.resources().settled(),
                spec.storage(),
                network,
                spec.lifecycle(),
                spec.labels(),
                spec.annotations());
    }

    private ContainerHandle make(
            ContainerId id, String name, ContainerSpec spec, ResolvedImage image) {
        MountTable.Settled mounts =
                new MountTable(
                                id.value(),
                                volumes,
                                r -> containers.resolve(r).record(),
                                spec.storage())
                        .settle();
        try {
            refer(mounts, id);
            snapshots.prepare(id.value(), image.base());
            RootMount root = snapshots.rootMount(id.value());
            filling.fill(mounts, root);
            ContainerRecord record =
                    new ContainerRecord(
                            origin(id, spec, image, mounts, root),
                            name,
                            spec,
                            ContainerState.fresh(),
                            List.of(),
                            List.of(),
                            0,
                            false);
            containers.files().create(record, !spec.lifecycle().autoRemove());
            mounts.made().forEach(volumes::keep);
            mounts.made().forEach(volume -> events.volume(volume, "create"));
            return containers.add(record);
        } catch (RuntimeException e) {
            undo(id, mounts);
            throw e;
        }
    }

    private void refer(MountTable.Settled mounts, ContainerId id) {
        mounts.mounts().stream()
                .filter(m -> m.type().equals("volume"))
                .forEach(m -> volumes.refer(m.name(), id.value()));
    }

    // A disk that fails takes no deletion either: what is left is deleted later.
    private void undo(ContainerId id, MountTable.Settled mounts) {
        Remains.delete(containers.files().directory(id));
        snapshots.remove(id.value());
        mounts.mounts().stream()
                .filter(m -> m.type().equals("volume"))
                .forEach(m -> volumes.unrefer(m.name(), id.value()));
        mounts.made().forEach(this::undoVolume);
    }

    private void undoVolume(String name) {
        try {
            volumes.remove(name);
        } catch (SampanException | UncheckedIOException e) {
            LOG.log(Level.WARNING, "volume " + name + " stays: " + e.getMessage());
        }
    }

    private static ContainerRecord.Origin origin(
            ContainerId id,
            ContainerSpec spec,
            ResolvedImage image,
            MountTable.Settled mounts,
            RootMount root) {
        List<String> command = new ArrayList<>(spec.process().entrypoint().orElse(List.of()));
        command.addAll(spec.process().command().orElse(List.of()));
        return new ContainerRecord.Origin(
                id,
                Instant.now(),
                image.image().id(),
                image.image().manifestDigest(),
                command.getFirst(),
                List.copyOf(command.subList(1, command.size())),
                mounts.mounts(),
                mounts.sources(),
                directories(root));
    }

    private static Map<String, String> directories(RootMount root) {
        Map<String, String> directories = new LinkedHashMap<>();
        directories.put("LowerDir", String.join(":", root.lowers()));
        root.upper().ifPresent(upper -> directories.put("UpperDir", upper));
        root.work().ifPresent(work -> directories.put("WorkDir", work));
        root.upper()
                .ifPresent(upper ->
                        directories.put("MergedDir", upper.replaceAll("/[^/]*$", "/merged")));
        return directories;
    }
}
