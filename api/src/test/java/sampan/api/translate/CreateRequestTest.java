package sampan.api.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sampan.api.call.ApiVersion;
import sampan.engine.containers.Container;
import sampan.engine.containers.ContainerId;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.containers.ContainerStatus;
import sampan.engine.containers.StorageSpec.MountRequest;
import sampan.oci.json.Json;
import tools.jackson.databind.JsonNode;

/// What a create request says is what the engine is told, and what inspect says afterwards.
class CreateRequestTest {
    /// Every field that can be honoured, with a value that is not its default.
    private static final String FULL_HOST_CONFIG =
            """
            {"Binds":["/src:/dst:ro,rslave","vol:/vol:nocopy"],"ContainerIDFile":"/tmp/cid",
             "LogConfig":{"Type":"json-file","Config":{"max-size":"1m"}},"NetworkMode":"bridge",
             "PortBindings":{"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"8080"}]},
             "RestartPolicy":{"Name":"no","MaximumRetryCount":0},"AutoRemove":true,
             "VolumeDriver":"local","VolumesFrom":["other:ro"],"ConsoleSize":[24,80],
             "Annotations":{"k":"v"},"CapAdd":["NET_ADMIN"],"CapDrop":["ALL"],
             "CgroupnsMode":"host","Dns":["1.1.1.1"],"DnsOptions":["ndots:1"],
             "DnsSearch":["example.org"],"ExtraHosts":["a:1.2.3.4"],"GroupAdd":["7"],
             "IpcMode":"shareable","OomScoreAdj":5,"PidMode":"host","Privileged":true,
             "PublishAllPorts":true,"ReadonlyRootfs":true,"SecurityOpt":["no-new-privileges"],
             "StorageOpt":{"size":"1g"},"Tmpfs":{"/tmp":"size=1m"},"UTSMode":"host",
             "UsernsMode":"host","ShmSize":1048576,"Sysctls":{"net.core.somaxconn":"1"},
             "Runtime":"sampan-runc","Isolation":"","CpuShares":512,"Memory":67108864,
             "NanoCpus":500000000,"CgroupParent":"/p","BlkioWeight":300,
             "BlkioWeightDevice":[{"Path":"/dev/a","Weight":10}],
             "BlkioDeviceReadBps":[{"Path":"/dev/a","Rate":1}],
             "BlkioDeviceWriteBps":[{"Path":"/dev/a","Rate":2}],
             "BlkioDeviceReadIOps":[{"Path":"/dev/a","Rate":3}],
             "BlkioDeviceWriteIOps":[{"Path":"/dev/a","Rate":4}],
             "CpuPeriod":100000,"CpuQuota":50000,"CpuRealtimePeriod":1,"CpuRealtimeRuntime":2,
             "CpusetCpus":"0","CpusetMems":"0",
             "Devices":[{"PathOnHost":"/dev/a","PathInContainer":"/dev/b","CgroupPermissions":"rw"}],
             "DeviceCgroupRules":["c 1:3 rw"],"MemoryReservation":33554432,
             "MemorySwap":134217728,"MemorySwappiness":10,"OomKillDisable":true,"PidsLimit":9,
             "Ulimits":[{"Name":"nofile","Hard":20,"Soft":10}],
             "Mounts":[
              {"Type":"bind","Source":"/b","Target":"/mb","ReadOnly":true,
               "BindOptions":{"Propagation":"rslave","NonRecursive":true,"CreateMountpoint":true}},
              {"Type":"volume","Source":"v","Target":"/mv",
               "VolumeOptions":{"NoCopy":true,"Labels":{"l":"1"},"Subpath":"s",
                "DriverConfig":{"Options":{"o":"p"}}}},
              {"Type":"tmpfs","Target":"/mt",
               "TmpfsOptions":{"SizeBytes":4096,"Mode":448,"Options":[["noexec"]]}},
              {"Type":"image","Source":"busybox","Target":"/mi","ImageOptions":{"Subpath":"bin"}}],
             "MaskedPaths":["/proc/kcore"],"ReadonlyPaths":["/proc/bus"],"Init":true}
            """;

    private static final String FULL_CONFIG =
            """
            "Domainname":"d","User":"1:2","AttachStdin":true,"AttachStdout":true,
            "AttachStderr":true,"ExposedPorts":{"80/tcp":{}},"Tty":true,"OpenStdin":true,
            "StdinOnce":true,"Env":["A=b"],"Cmd":["echo","hi"],"Image":"busybox",
            "Volumes":{"/anon":{}},"WorkingDir":"/w","Entrypoint":["/e"],"NetworkDisabled":true,
            "MacAddress":"02:42:ac:11:00:02","Labels":{"a":"b"},"StopSignal":"SIGINT",
            "StopTimeout":3
            """;

    private static ContainerSpec read(String json) {
        return CreateRequest.read(json.getBytes(StandardCharsets.UTF_8), ApiVersion.NEWEST);
    }

    private static ContainerSpec host(String hostConfig) {
        return read("{\"Image\":\"a\",\"HostConfig\":" + hostConfig + "}");
    }

    private static Container container(ContainerSpec spec) {
        return new Container(
                new ContainerId("ab".repeat(32)),
                "name",
                Instant.parse("2026-01-02T03:04:05.120Z"),
                spec,
                "sha256:" + "c".repeat(64),
                "",
                "/e",
                List.of("echo", "hi there"),
                ContainerStatus.EXITED,
                0,
                137,
                true,
                "",
                Optional.of(Instant.parse("2026-01-02T03:04:06Z")),
                Optional.of(Instant.parse("2026-01-02T03:04:07Z")),
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                Map.of());
    }

    private static JsonNode inspect(ContainerSpec spec) {
        return Json.tree(Json.write(ContainerDocs.inspect(container(spec), Optional.empty())));
    }

    @Test
    void everyFieldComesBackFromInspect() {
        String request = "{" + FULL_CONFIG + ",\"HostConfig\":" + FULL_HOST_CONFIG + "}";
        JsonNode inspected = inspect(read(request));
        JsonNode sent = Json.tree(request.getBytes(StandardCharsets.UTF_8));
        for (Map.Entry<String, JsonNode> field : sent.get("HostConfig").properties()) {
            assertThat(inspected.get("HostConfig").get(field.getKey()))
                    .as("HostConfig.%s", field.getKey())
                    .isEqualTo(field.getValue());
        }
        for (Map.Entry<String, JsonNode> field : sent.properties()) {
            if (!field.getKey().equals("HostConfig")) {
                assertThat(inspected.get("Config").get(field.getKey()))
                        .as("Config.%s", field.getKey())
                        .isEqualTo(field.getValue());
            }
        }
    }

    @Test
    void theFullListOfHostConfigFieldsIsThere() {
        JsonNode config = inspect(read("{\"Image\":\"a\"}")).get("HostConfig");
        String names =
                """
                Binds ContainerIDFile LogConfig NetworkMode PortBindings RestartPolicy
                AutoRemove VolumeDriver VolumesFrom ConsoleSize CapAdd CapDrop CgroupnsMode Dns
                DnsOptions DnsSearch ExtraHosts GroupAdd IpcMode Cgroup Links OomScoreAdj
                PidMode Privileged PublishAllPorts ReadonlyRootfs SecurityOpt UTSMode UsernsMode
                ShmSize Runtime Isolation CpuShares Memory NanoCpus CgroupParent BlkioWeight
                BlkioWeightDevice BlkioDeviceReadBps BlkioDeviceWriteBps BlkioDeviceReadIOps
                BlkioDeviceWriteIOps CpuPeriod CpuQuota CpuRealtimePeriod CpuRealtimeRuntime
                CpusetCpus CpusetMems Devices DeviceCgroupRules DeviceRequests MemoryReservation
                MemorySwap MemorySwappiness OomKillDisable PidsLimit Ulimits CpuCount CpuPercent
                IOMaximumIOps IOMaximumBandwidth MaskedPaths ReadonlyPaths
                """;
        for (String name : names.strip().split("\\s+", -1)) {
            assertThat(config.has(name)).as(name).isTrue();
        }
    }

    @Test
    void bindsAreMountsWithTheirOptions() {
        MountRequest bind = host(FULL_HOST_CONFIG).storage().mounts().getFirst();
        assertThat(bind.readOnly()).isTrue();
        assertThat(bind.propagation()).isEqualTo("rslave");
        assertThat(bind.createSource()).isTrue();
        MountRequest volume = host(FULL_HOST_CONFIG).storage().mounts().get(1);
        assertThat(volume.noCopy()).isTrue();
        assertThat(volume.createSource()).isFalse();
    }

    @Test
    void commandsMayBeOneText() {
        ContainerSpec spec = read("{\"Image\":\"a\",\"Cmd\":\"echo\",\"Entrypoint\":[]}");
        assertThat(spec.process().command()).contains(List.of("echo"));
        assertThat(spec.process().entrypoint()).contains(List.of());
        assertThat(read("{\"Image\":\"a\"}").process().command()).isEmpty();
    }

    @Test
    void harmlessValuesAreTaken() {
        ContainerSpec spec =
                read(
                        "{\"Image\":\"a\",\"Healthcheck\":{\"Test\":[\"NONE\"]},\"StopTimeout\":0,"
                                + "\"HostConfig\":{\"RestartPolicy\":{\"Name\":\"\"},"
                                + "\"Isolation\":\"default\",\"PortBindings\":{\"80/tcp\":null},"
                                + "\"Binds\":null},"
                                + "\"NetworkingConfig\":{\"EndpointsConfig\":{\"bridge\":{},"
                                + "\"default\":null}}}");
        assertThat(spec.lifecycle().healthCheck()).isPresent();
        assertThat(spec.lifecycle().stopTimeout()).contains(Duration.ZERO);
        assertThat(spec.network().portBindings()).containsEntry("80/tcp", List.of());
        assertThat(spec.network().mode()).isEqualTo("default");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"NetworkMode\":\"mynet\"} | network mynet not found",
                "{\"RestartPolicy\":{\"Name\":\"always\"}} | restart policy 'always' is not"
                        + " supported yet",
                "{\"Binds\":[\"a:b:c:d\"]} | invalid volume specification: 'a:b:c:d'",
                "{\"Binds\":[\"/a:ro\"]} | invalid volume specification: '/a:ro'",
                "{\"Binds\":[\"/a:/b:foo\"]} | invalid mode: foo",
                "{\"Binds\":[\"/a:/b:nocopy\"]} | invalid mode: nocopy",
                "{\"Binds\":[\"/a:b\"]} | invalid volume specification: '/a:b': invalid mount config"
                        + " for type \"bind\": invalid mount path: 'b' mount path must be"
                        + " absolute",
                "{\"Mounts\":[{\"Type\":\"foo\",\"Target\":\"/a\"}]} | invalid mount config for"
                        + " type \"foo\": mount type unknown",
                "{\"Mounts\":[{\"Type\":\"tmpfs\",\"Target\":\"/a\",\"Source\":\"b\"}]} | invalid"
                        + " mount config for type \"tmpfs\": field Source must not be specified",
                "{\"Mounts\":[{\"Type\":\"tmpfs\",\"Target\":\"/a\",\"BindOptions\":{}}]} |"
                        + " invalid mount config for type \"tmpfs\": field BindOptions must not be"
                        + " specified",
                "{\"Mounts\":[{\"Type\":\"volume\",\"Source\":\"v\",\"Target\":\"/a\","
                        + "\"VolumeOptions\":{\"Subpath\":\"../x\"}}]} | invalid mount config for"
                        + " type \"volume\": subpath must be a relative path within the volume",
                "{\"Tmpfs\":{\"/a\":\"\"},\"Binds\":[\"/x:/a/\"]} | Duplicate mount point: /a/",
                "{\"PidMode\":\"container:\"} | invalid PID mode: container:",
                "{\"Cgroup\":\"container:x\"} | Cgroup is not supported: joining the cgroup of"
                        + " another container",
                "{\"KernelMemory\":1} | KernelMemory is not supported: kernels ignore it, use"
                        + " Memory",
                "{\"VolumeDriver\":\"x\"} | error looking up volume plugin x: plugin \"x\" not"
                        + " found",
            })
    void whatCannotBeHonouredIsRefused(String hostConfig, String message) {
        assertThatThrownBy(() -> host(hostConfig)).hasMessage(message);
    }

    @Test
    void addressesAndAliasesNeedANetworkOfTheUsersOwn() {
        String prefix = "{\"Image\":\"a\",\"NetworkingConfig\":{\"EndpointsConfig\":{\"bridge\":";
        assertThatThrownBy(() -> read(prefix + "{\"IPAMConfig\":{\"IPv4Address\":\"1.2.3.4\"}}}}}"))
                .hasMessageContaining("user specified IP address is supported on user defined");
        assertThatThrownBy(() -> read(prefix + "{\"Aliases\":[\"x\"]}}}}"))
                .hasMessageContaining("network-scoped alias");
        assertThat(
                        read(prefix + "{\"MacAddress\":\"02:00:00:00:00:01\"}}}}")
                                .network()
                                .macAddress())
                .isEqualTo("02:00:00:00:00:01");
    }

    @Test
    void theStatusColumnReadsAsDockers() {
        ContainerSpec spec = read("{\"Image\":\"a\"}");
        Instant now = Instant.parse("2026-01-02T03:06:08Z");
        assertThat(ContainerDocs.status(container(spec), now))
                .isEqualTo("Exited (137) 2 minutes ago");
        JsonNode summary =
                Json.tree(
                        Json.write(
                                ContainerDocs.summary(
                                        container(spec),
                                        Optional.empty(),
                                        ApiVersion.NEWEST,
                                        now)));
        assertThat(summary.get("Command").asString()).isEqualTo("/e echo 'hi there'");
        assertThat(summary.get("Names").get(0).asString()).isEqualTo("/name");
    }
}
