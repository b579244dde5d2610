package sampan.engine.build.execute;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.engine.build.syntax.Command;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.containers.LifecycleSpec;
import sampan.engine.containers.LifecycleSpec.RestartPolicy;
import sampan.engine.containers.NamespaceSpec;
import sampan.engine.containers.NetworkSpec;
import sampan.engine.containers.ProcessSpec;
import sampan.engine.containers.SecuritySpec;
import sampan.engine.containers.StorageSpec;
import sampan.engine.containers.StorageSpec.MountRequest;
import sampan.engine.containers.StorageSpec.Origin;
import sampan.engine.containers.StorageSpec.Type;
import sampan.engine.images.Image;
import sampan.engine.images.Image.ImageConfig;
import sampan.engine.images.ResolvedImage;
import sampan.engine.services.BuildRequest;
import sampan.engine.snapshots.Base;
import sampan.oci.image.Platform;

/// A container that works for a build.
///
/// @param stands on these layers
/// @param imageId that it names as its image
/// @param platform of the layers
/// @param network of its own; empty: as the build's others
/// @param tmpfs target to options
/// @param settings for all containers of the build
record StepSpec(
        Base.Layers stands,
        String imageId,
        Platform platform,
        Runs runs,
        boolean insecure,
        String network,
        List<MountRequest> mounts,
        Map<String, String> tmpfs,
        BuildRequest.Running settings) {

    /// How its process runs.
    ///
    /// @param user as an image's config has it; empty: root
    record Runs(List<String> environment, String directory, String user) {}

    /// The container of a RUN step.
    static StepSpec of(StageRun stage, Command.Run run, RunMounts mounts) {
        StageState state = stage.state;
        List<String> environment = new ArrayList<>(stage.environment());
        environment.addAll(mounts.environment());
        return new StepSpec(
                state.base(),
                state.stepId(),
                state.platform,
                new Runs(environment, state.config.workingDir(), state.config.user()),
                run.security().equals("insecure"),
                run.network(),
                mounts.requests(),
                mounts.tmpfs(),
                stage.build.request.running());
    }

    /// A mount of something that is there.
    static MountRequest bind(String source, String target, boolean writable) {
        return new MountRequest(
                Type.BIND,
                source,
                target,
                !writable,
                "",
                "",
                false,
                true,
                false,
                "",
                Map.of(),
                Origin.MOUNTS);
    }

    ContainerSpec make(List<String> words) {
        return new ContainerSpec(
                imageId,
                process(words),
                new NamespaceSpec("", "", "", "", "", "", ""),
                security(),
                settings.resources(),
                new StorageSpec(
                        mounts, List.of(), tmpfs, List.of(), settings.shmSize(), Map.of(), ""),
                networking(),
                lifecycle(),
                Map.of(),
                StepContainers.annotations());
    }

    /// What the container stands on, as an image that is not stored. Its config plays no part: the
    /// step's own settings are whole.
    ResolvedImage image() {
        Image image =
                new Image(
                        imageId,
                        List.of(),
                        List.of(),
                        "",
                        "",
                        Optional.empty(),
                        "",
                        platform.architecture(),
                        platform.variant(),
                        platform.os(),
                        ImageConfig.NONE,
                        List.of(),
                        0,
                        Optional.empty(),
                        "",
                        false);
        return new ResolvedImage(image, stands);
    }

    private ProcessSpec process(List<String> words) {
        return new ProcessSpec(
                Optional.of(List.of()),
                Optional.of(words),
                runs.environment(),
                runs.directory(),
                runs.user(),
                false,
                false,
                false,
                false,
                true,
                true,
                0,
                0);
    }

    private SecuritySpec security() {
        return new SecuritySpec(
                insecure,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                false,
                Map.of(),
                Optional.empty(),
                Optional.empty());
    }

    private NetworkSpec networking() {
        String wanted = settings.network().isEmpty() ? "default" : settings.network();
        return new NetworkSpec(
                network.isEmpty() || network.equals("default") ? wanted : network,
                false,
                List.of(),
                Map.of(),
                false,
                List.of(),
                List.of(),
                List.of(),
                settings.extraHosts(),
                "",
                "",
                List.of(),
                List.of());
    }

    static LifecycleSpec lifecycle() {
        return new LifecycleSpec(
                RestartPolicy.NO,
                false,
                false,
                "",
                Optional.empty(),
                Optional.empty(),
                "",
                "none",
                Map.of(),
                "");
    }
}
