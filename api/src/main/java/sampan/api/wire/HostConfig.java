package sampan.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How a container sits on its host, without its limits: those are [Resources], in the same JSON
/// object.
public record HostConfig(
        @JsonProperty("Binds") @Nullable List<@Nullable String> binds,
        @JsonProperty("ContainerIDFile") @Nullable String containerIDFile,
        @JsonProperty("LogConfig") @Nullable LogConfig logConfig,
        @JsonProperty("NetworkMode") @Nullable String networkMode,
        @JsonProperty("PortBindings")
                @Nullable Map<String, @Nullable List<@Nullable PortBinding>> portBindings,
        @JsonProperty("RestartPolicy") @Nullable RestartPolicy restartPolicy,
        @JsonProperty("AutoRemove") boolean autoRemove,
        @JsonProperty("VolumeDriver") @Nullable String volumeDriver,
        @JsonProperty("VolumesFrom") @Nullable List<@Nullable String> volumesFrom,
        @JsonProperty("Mounts") @Nullable List<@Nullable Mount> mounts,
        @JsonProperty("ConsoleSize") @Nullable List<@Nullable Integer> consoleSize,
        @JsonProperty("Annotations") @Nullable Map<String, @Nullable String> annotations,
        @JsonProperty("CapAdd") @Nullable List<@Nullable String> capAdd,
        @JsonProperty("CapDrop") @Nullable List<@Nullable String> capDrop,
        @JsonProperty("CgroupnsMode") @Nullable String cgroupnsMode,
        @JsonProperty("Dns") @Nullable List<@Nullable String> dns,
        @JsonProperty("DnsOptions") @Nullable List<@Nullable String> dnsOptions,
        @JsonProperty("DnsSearch") @Nullable List<@Nullable String> dnsSearch,
        @JsonProperty("ExtraHosts") @Nullable List<@Nullable String> extraHosts,
        @JsonProperty("GroupAdd") @Nullable List<@Nullable String> groupAdd,
        @JsonProperty("IpcMode") @Nullable String ipcMode,
        @JsonProperty("Cgroup") @Nullable String cgroup,
        @JsonProperty("Links") @Nullable List<@Nullable String> links,
        @JsonProperty("OomScoreAdj") int oomScoreAdj,
        @JsonProperty("PidMode") @Nullable String pidMode,
        @JsonProperty("Privileged") boolean privileged,
        @JsonProperty("PublishAllPorts") boolean publishAllPorts,
        @JsonProperty("ReadonlyRootfs") boolean readonlyRootfs,
        @JsonProperty("SecurityOpt") @Nullable List<@Nullable String> securityOpt,
        @JsonProperty("StorageOpt") @Nullable Map<String, @Nullable String> storageOpt,
        @JsonProperty("Tmpfs") @Nullable Map<String, @Nullable String> tmpfs,
        @JsonProperty("UTSMode") @Nullable String utsMode,
        @JsonProperty("UsernsMode") @Nullable String usernsMode,
        @JsonProperty("ShmSize") long shmSize,
        @JsonProperty("Sysctls") @Nullable Map<String, @Nullable String> sysctls,
        @JsonProperty("Runtime") @Nullable String runtime,
        @JsonProperty("Isolation") @Nullable String isolation,
        @JsonProperty("MaskedPaths") @Nullable List<@Nullable String> maskedPaths,
        @JsonProperty("ReadonlyPaths") @Nullable List<@Nullable String> readonlyPaths,
        @JsonProperty("Init") @Nullable Boolean init) {}
