package sampan.api.translate;

import static sampan.api.translate.Values.list;
import static sampan.api.translate.Values.map;
import static sampan.api.translate.Values.set;
import static sampan.api.translate.Values.text;
import static sampan.api.translate.Values.words;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sampan.api.call.ApiVersion;
import sampan.api.call.Call;
import sampan.api.wire.ContainerConfig;
import sampan.api.wire.CreateEnvelope;
import sampan.api.wire.HostConfig;
import sampan.api.wire.Resources;
import sampan.api.wire.ResourcesEnvelope;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.containers.NamespaceSpec;
import sampan.engine.containers.ProcessSpec;
import sampan.engine.containers.SecuritySpec;
import sampan.errors.SampanException;

/// The body of POST /containers/create as a [ContainerSpec].
public final class CreateRequest {
    private static final byte[] NOTHING = {'{', '}'};

    private CreateRequest() {}

    /// Fields that the version of the request does not know say nothing, as in Docker.
    public static ContainerSpec read(byte[] body, ApiVersion version) {
        ContainerConfig config = Call.bind(body, ContainerConfig.class);
        if (config.equals(Call.bind(NOTHING, ContainerConfig.class))) {
            throw SampanException.invalid("config cannot be empty in order to create a container");
        }
        CreateEnvelope envelope = Call.bind(body, CreateEnvelope.class);
        HostConfig host = envelope.hostConfig();
        if (host == null) {
            host = Call.bind(NOTHING, HostConfig.class);
        }
        Resources resources = Call.bind(body, ResourcesEnvelope.class).hostConfig();
        if (resources == null) {
            resources = Call.bind(NOTHING, Resources.class);
        }
        refuse(config, host);
        return new ContainerSpec(
                text(config.image()),
                process(config, version.atLeast(42) ? host.consoleSize() : null),
                namespaces(config, host, version),
                security(host),
                ResourceRequest.read(resources, host.oomScoreAdj()),
                StorageRequest.read(config, host),
                NetworkRequest.read(config, host, envelope.networkingConfig()),
                LifecycleRequest.read(config, host),
                map("Labels", config.labels()),
                version.atLeast(43) ? map("Annotations", host.annotations()) : Map.of());
    }

    /// What stands in a request but has no place here.
    private static void refuse(ContainerConfig config, HostConfig host) {
        if (!list("OnBuild", config.onBuild()).isEmpty()) {
            throw SampanException.invalid("OnBuild is not supported for a container");
        }
        if (!list("Shell", config.shell()).isEmpty()) {
            throw SampanException.invalid("Shell is not supported for a container");
        }
        if (config.argsEscaped()) {
            throw SampanException.invalid("ArgsEscaped is supported on windows only");
        }
        if (!text(host.cgroup()).isEmpty()) {
            throw SampanException.invalid(
                    "Cgroup is not supported: joining the cgroup of another container");
        }
        String isolation = text(host.isolation());
        if (!isolation.isEmpty() && !isolation.equals("default")) {
            throw SampanException.invalid(
                    "invalid isolation (" + isolation + "): linux only supports 'default'");
        }
    }

    private static ProcessSpec process(
            ContainerConfig config, @Nullable List<@Nullable Integer> size) {
        int[] console = Values.consoleSize(size);
        return new ProcessSpec(
                words("Entrypoint", config.entrypoint()),
                words("Cmd", config.cmd()),
                list("Env", config.env()),
                text(config.workingDir()),
                text(config.user()),
                config.tty(),
                config.openStdin(),
                config.stdinOnce(),
                config.attachStdin(),
                config.attachStdout(),
                config.attachStderr(),
                console[0],
                console[1]);
    }

    private static NamespaceSpec namespaces(
            ContainerConfig config, HostConfig host, ApiVersion version) {
        String ipc = mode("IPC", host.ipcMode(), "host", "private", "shareable", "none");
        return new NamespaceSpec(
                mode("PID", host.pidMode(), "host"),
                // private became the default with 1.40
                ipc.isEmpty() && !version.atLeast(40) ? "shareable" : ipc,
                mode("UTS", host.utsMode(), "host"),
                text(host.usernsMode()),
                mode("cgroup namespace", host.cgroupnsMode(), "host", "private"),
                text(config.hostname()),
                text(config.domainname()));
    }

    private static String mode(String what, @Nullable String value, String... known) {
        String mode = text(value);
        boolean joins =
                mode.startsWith("container:")
                        && mode.length() > "container:".length()
                        && (what.equals("PID") || what.equals("IPC"));
        if (mode.isEmpty() || joins || List.of(known).contains(mode)) {
            return mode;
        }
        throw SampanException.invalid("invalid " + what + " mode: " + mode);
    }

    private static SecuritySpec security(HostConfig host) {
        return new SecuritySpec(
                host.privileged(),
                list("CapAdd", host.capAdd()),
                list("CapDrop", host.capDrop()),
                list("SecurityOpt", host.securityOpt()),
                list("GroupAdd", host.groupAdd()),
                host.readonlyRootfs(),
                map("Sysctls", host.sysctls()),
                paths("MaskedPaths", host.maskedPaths()),
                paths("ReadonlyPaths", host.readonlyPaths()));
    }

    private static Optional<List<String>> paths(
            String field, @Nullable List<@Nullable String> paths) {
        Optional<List<String>> given = Values.optionalList(field, paths);
        for (String path : given.orElse(List.of())) {
            if (!path.startsWith("/")) {
                throw SampanException.invalid(field + " must be absolute paths: " + path);
            }
        }
        return given;
    }

    /// The targets that `Config.Volumes` names.
    static List<String> anonymous(ContainerConfig config) {
        return set("Volumes", config.volumes());
    }
}
