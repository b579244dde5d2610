package sampan.oci.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sampan.errors.SampanException;
import sampan.oci.json.Json;

class SpecJsonTest {
    private static final String FULL =
            """
            {"ociVersion":"1.2.0",
             "process":{"terminal":true,"consoleSize":{"height":24,"width":80},
               "user":{"uid":1,"gid":2,"umask":63,"additionalGids":[5,4294967294]},
               "args":["sh"],"env":["A=1"],"cwd":"/w",
               "capabilities":{"bounding":["CAP_A"],"effective":["CAP_B"],
                 "inheritable":["CAP_C"],"permitted":["CAP_D"],"ambient":["CAP_E"]},
               "rlimits":[{"type":"RLIMIT_AS","hard":18446744073709551615,"soft":3}],
               "noNewPrivileges":true,"apparmorProfile":"p","oomScoreAdj":-5,
               "scheduler":{"policy":"SCHED_FIFO","nice":-1,"priority":2,
                 "flags":["SCHED_FLAG_RECLAIM"],"runtime":3,"deadline":4,"period":5},
               "selinuxLabel":"l","ioPriority":{"class":"IOPRIO_CLASS_RT","priority":6},
               "execCPUAffinity":{"initial":"0","final":"1-2"}},
             "root":{"path":"rootfs","readonly":true},"hostname":"h","domainname":"d",
             "mounts":[{"destination":"/m","type":"bind","source":"/s","options":["ro"],
               "uidMappings":[{"containerID":0,"hostID":1,"size":2}],
               "gidMappings":[{"containerID":3,"hostID":4,"size":5}]}],
             "hooks":{"prestart":[{"path":"/1","args":["a"],"env":["E=1"],"timeout":7}],
               "createRuntime":[{"path":"/2"}],"createContainer":[{"path":"/3"}],
               "startContainer":[{"path":"/4"}],"poststart":[{"path":"/5"}],
               "poststop":[{"path":"/6"}]},
             "annotations":{"k":"v"},
             "linux":{"uidMappings":[{"containerID":0,"hostID":1000,"size":1}],
               "gidMappings":[{"containerID":0,"hostID":1000,"size":1}],
               "sysctl":{"net.x":"1"},
               "resources":{"devices":[{"allow":false,"access":"rwm"},
                   {"allow":true,"type":"c","major":1,"minor":3,"access":"r"}],
                 "memory":{"limit":1,"reservation":2,"swap":3,"kernel":4,"kernelTCP":5,
                   "swappiness":6,"disableOOMKiller":true,"useHierarchy":true,
                   "checkBeforeUpdate":true},
                 "cpu":{"shares":1,"quota":-1,"burst":2,"period":3,"realtimeRuntime":4,
                   "realtimePeriod":5,"cpus":"0","mems":"1","idle":1},
                 "pids":{"limit":9},
                 "blockIO":{"weight":10,"leafWeight":11,
                   "weightDevice":[{"major":8,"minor":0,"weight":12,"leafWeight":13}],
                   "throttleReadBpsDevice":[{"major":8,"minor":0,"rate":1}],
                   "throttleWriteBpsDevice":[{"major":8,"minor":0,"rate":2}],
                   "throttleReadIOPSDevice":[{"major":8,"minor":0,"rate":3}],
                   "throttleWriteIOPSDevice":[{"major":8,"minor":0,"rate":4}]},
                 "hugepageLimits":[{"pageSize":"2MB","limit":18446744073709551615}],
                 "network":{"classID":1,"priorities":[{"name":"eth0","priority":2}]},
                 "rdma":{"mlx":{"hcaHandles":1,"hcaObjects":2}},
                 "unified":{"memory.high":"1"}},
               "cgroupsPath":"/c","namespaces":[{"type":"pid"},{"type":"network","path":"/n"}],
               "devices":[{"path":"/dev/x","type":"c","major":1,"minor":2,"fileMode":438,
                 "uid":3,"gid":4}],
               "netDevices":{"eth0":{"name":"in0"}},
               "seccomp":{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":38,
                 "architectures":["SCMP_ARCH_X86_64"],"flags":["SECCOMP_FILTER_FLAG_LOG"],
                 "listenerPath":"/l","listenerMetadata":"m",
                 "syscalls":[{"names":["clone"],"action":"SCMP_ACT_ALLOW","errnoRet":1,
                   "args":[{"index":0,"value":18446744073709551615,"valueTwo":1,
                     "op":"SCMP_CMP_MASKED_EQ"}]}]},
               "rootfsPropagation":"slave","maskedPaths":["/a"],"readonlyPaths":["/b"],
               "mountLabel":"ml",
               "intelRdt":{"closID":"c","schemata":["L3:0=f"],"l3CacheSchema":"L3:1=f",
                 "memBwSchema":"MB:0=20","enableMonitoring":true},
               "memoryPolicy":{"mode":"MPOL_BIND","nodes":"0","flags":["MPOL_F_STATIC_NODES"]},
               "personality":{"domain":"LINUX32","flags":["X"]},
               "timeOffsets":{"boottime":{"secs":1,"nanosecs":2}}}}""";

    @Test
    void nothingOfADocumentGetsLost() {
        byte[] document = FULL.getBytes(StandardCharsets.UTF_8);
        Spec spec = Json.read(document, Spec.class);
        assertThat(Json.tree(Json.write(spec))).isEqualTo(Json.tree(document));
        assertThat(Json.read(Json.write(spec), Spec.class)).isEqualTo(spec);
    }

    @Test
    void fieldsThatAreAbsentAreEmptyAndNotWritten() {
        Spec spec = Json.read("{\"process\":{},\"linux\":{}}".getBytes(StandardCharsets.UTF_8), Spec.class);
        assertThat(spec.hostname()).isEmpty();
        assertThat(spec.mounts()).isEmpty();
        assertThat(spec.process().orElseThrow().capabilities()).isEmpty();
        assertThat(spec.process().orElseThrow().user()).isEqualTo(User.ROOT);
        assertThat(spec.linux().resources()).isEmpty();
        assertThat(spec.linux().namespace("pid")).isEmpty();
        assertThat(Json.text(spec))
                .doesNotContain("null")
                .doesNotContain("capabilities")
                .doesNotContain("mounts\"");
        assertThat(Json.read("{}".getBytes(StandardCharsets.UTF_8), Spec.class).process())
                .isEmpty();
    }

    @Test
    void nullIsAbsent() {
        Spec spec =
                Json.read(
                        "{\"process\":null,\"mounts\":null,\"linux\":{\"resources\":null}}"
                                .getBytes(StandardCharsets.UTF_8),
                        Spec.class);
        assertThat(spec.process()).isEmpty();
        assertThat(spec.mounts()).isEmpty();
        assertThat(spec.linux().resources()).isEmpty();
    }

    @Test
    void wrongTypesAreRefused() {
        for (String document :
                List.of(
                        "{\"process\":{\"args\":\"sh\"}}",
                        "{\"mounts\":{}}",
                        "{\"linux\":{\"sysctl\":[]}}",
                        "{\"mounts\":[null]}",
                        "{\"process\":{\"user\":{\"uid\":99999999999999999999}}}",
                        "[]",
                        "{")) {
            assertThatThrownBy(
                            () ->
                                    Json.read(
                                            document.getBytes(StandardCharsets.UTF_8), Spec.class))
                    .isInstanceOf(SampanException.class)
                    .hasMessageStartingWith("invalid JSON");
        }
    }

    @Test
    void buildersKeepWhatTheyAreGiven() {
        Spec spec = Json.read(FULL.getBytes(StandardCharsets.UTF_8), Spec.class);
        assertThat(spec.toBuilder().build()).isEqualTo(spec);
        assertThat(spec.linux().toBuilder().build()).isEqualTo(spec.linux());
        ContainerProcess process = spec.process().orElseThrow();
        assertThat(process.toBuilder().build()).isEqualTo(process);
    }

    @Test
    void theStateIsAsHooksReadIt() {
        State state = new State("1.3.0", "id", "created", 7, "/b", Map.of());
        assertThat(Json.text(state))
                .isEqualTo(
                        "{\"ociVersion\":\"1.3.0\",\"id\":\"id\",\"status\":\"created\",\"pid\":7,"
                                + "\"bundle\":\"/b\"}");
    }

    @Test
    void limitsKnowUnlimited() {
        assertThat(Rlimit.of("RLIMIT_AS", 1, -1).hard()).isEqualTo(Rlimit.INFINITY);
        assertThat(Optional.of(Rlimit.of("RLIMIT_AS", 1, 2).soft()).get().longValue()).isEqualTo(1);
    }
}
