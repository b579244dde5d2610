package sampan.engine.services;

import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import sampan.engine.containers.ResourceSpec;
import sampan.engine.registry.Credential;
import sampan.linux.sys.Fd;

/// What is to be built.
///
/// @param context an archive (plain or gzip), or a Dockerfile alone
/// @param dockerfile its path in the archive
/// @param text the Dockerfile itself, where it is not taken from the archive
/// @param tags names the image gets
/// @param arguments `--build-arg`; without a value it is taken as not given
/// @param target stage that is built; empty: the last
/// @param platform `os/architecture[/variant]`; empty: this machine's
/// @param labels added to the image
/// @param cacheFrom images whose steps count as done
/// @param credentials for a reference; none where there are none
public record BuildRequest(
        InputStream context,
        String dockerfile,
        Optional<String> text,
        List<String> tags,
        Map<String, Optional<String>> arguments,
        String target,
        String platform,
        Map<String, String> labels,
        List<String> cacheFrom,
        Function<String, Credential> credentials,
        Options options,
        Running running) {

    /// @param noCache every step is run
    /// @param pull base images are fetched anew
    /// @param keepFailed containers of failed steps stay (`rm=0`)
    public record Options(boolean noCache, boolean pull, boolean keepFailed) {}

    /// For the containers of RUN steps.
    ///
    /// @param network as a container's; empty: the default
    /// @param extraHosts NAME:ADDRESS
    /// @param shmSize bytes, 0 for the default
    /// @param secrets by id
    /// @param agents sockets of ssh agents by id, open as O_PATH; the caller's
    /// @param allowed entitlements: `network.host`, `security.insecure`
    public record Running(
            String network,
            List<String> extraHosts,
            ResourceSpec resources,
            long shmSize,
            Map<String, byte[]> secrets,
            Map<String, Fd> agents,
            Set<String> allowed) {}
}
