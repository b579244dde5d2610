package sampan.engine.services;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import sampan.engine.containers.ResourceSpec;
import sampan.engine.images.transfer.DistantImage;
import sampan.engine.registry.Credential;
import sampan.linux.sys.Fd;

/// What is to be built.
///
/// @param source the Dockerfile and the files it may copy
/// @param tags names the image gets
/// @param arguments `--build-arg`; without a value it is taken as not given
/// @param target stage that is built; empty: the last
/// @param platform `os/architecture[/variant]`; empty: this machine's
/// @param labels added to the image
/// @param cacheFrom whose steps count as done
/// @param credentials for a reference; none where there are none
public record BuildRequest(
        BuildSource source,
        List<String> tags,
        Map<String, Optional<String>> arguments,
        String target,
        String platform,
        Map<String, String> labels,
        List<CacheFrom> cacheFrom,
        Function<String, Credential> credentials,
        Options options,
        Running running) {

    /// Images whose steps count as done.
    public sealed interface CacheFrom {
        /// The one of that name that is here; where none is, those behind it in its registry.
        record Image(String reference) implements CacheFrom {}

        /// Those that a registry has under a name.
        record Distant(List<DistantImage> images) implements CacheFrom {
            public Distant {
                images = List.copyOf(images);
            }
        }
    }

    /// A container of the image looks at what was built and writes down what is in it, by
    /// BuildKit's protocol for scanners (its docs/attestations/sbom-protocol.md).
    ///
    /// @param scanner reference of its image
    /// @param parameters that it is given as variables `BUILDKIT_SCAN_NAME`
    public record Scan(String scanner, Map<String, String> parameters) {
        public Scan {
            parameters = Map.copyOf(parameters);
        }
    }

    /// @param noCache every step is run
    /// @param noCacheStages names of stages whose every step is run
    /// @param pull base images are fetched anew
    /// @param keepFailed containers of failed steps stay (`rm=0`)
    /// @param store the result becomes an image
    /// @param annotations of the image's manifest
    /// @param scan of the result
    public record Options(
            boolean noCache,
            Set<String> noCacheStages,
            boolean pull,
            boolean keepFailed,
            boolean store,
            Map<String, String> annotations,
            Optional<Scan> scan) {
        public Options {
            noCacheStages = Set.copyOf(noCacheStages);
            annotations = Map.copyOf(annotations);
        }

        public Options(boolean noCache, boolean pull, boolean keepFailed) {
            this(noCache, Set.of(), pull, keepFailed, true, Map.of(), Optional.empty());
        }
    }

    /// For the containers of RUN steps.
    ///
    /// @param network as a container's; empty: the default
    /// @param extraHosts NAME:ADDRESS
    /// @param shmSize bytes, 0 for the default
    /// @param secrets asked when a step wants one
    /// @param agents asked when a step wants one
    /// @param allowed entitlements: `network.host`, `security.insecure`
    public record Running(
            String network,
            List<String> extraHosts,
            ResourceSpec resources,
            long shmSize,
            Function<String, Optional<byte[]>> secrets,
            Agents agents,
            Set<String> allowed) {}

    /// The caller's ssh agents.
    public interface Agents {
        /// None of any name.
        Agents NONE = _ -> Optional.empty();

        /// The socket of one, open as O_PATH; stays the caller's.
        Optional<Fd> socket(String id);
    }
}
