package sampan.runtime.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sampan.errors.SampanException;
import sampan.linux.cgroups.CgroupLimits;
import sampan.linux.cgroups.DeviceRule;
import sampan.oci.json.Json;
import sampan.oci.spec.Linux;

/// `linux.resources` of the runtime specification, field by field.
class ResourceLimitsTest {
    private static CgroupLimits limits(String resources) {
        return ResourceLimits.of(read("{'resources':" + resources + "}"));
    }

    private static Linux read(String document) {
        return Json.read(document.replace('\'', '"').getBytes(StandardCharsets.UTF_8), Linux.class);
    }

    private static OptionalLong number(long value) {
        return OptionalLong.of(value);
    }

    @Test
    void cpu() {
        assertThat(
                        limits(
                                        "{'cpu':{'shares':512,'quota':50000,'burst':7,'period':200000,'realtimeRuntime':4,"
                                                + "'realtimePeriod':5,'cpus':'0-1','mems':'0','idle':1}}")
                                .cpu())
                .isEqualTo(
                        new CgroupLimits.Cpu(
                                number(512),
                                OptionalLong.empty(),
                                number(50_000),
                                number(200_000),
                                number(7),
                                number(1),
                                number(4),
                                number(5),
                                Optional.of("0-1"),
                                Optional.of("0")));
    }

    @Test
    void memory() {
        assertThat(
                        limits(
                                        "{'memory':{'limit':100,'reservation':50,'swap':300,'kernel':4,'kernelTCP':5,"
                                                + "'swappiness':6,'disableOOMKiller':true,'useHierarchy':true,'checkBeforeUpdate':true}}")
                                .memory())
                .isEqualTo(
                        new CgroupLimits.Memory(
                                number(100),
                                OptionalLong.empty(),
                                number(50),
                                number(200),
                                number(6),
                                Optional.of(true),
                                number(4),
                                number(5),
                                true));
    }

    @Test
    void unlimitedMemoryAndSwap() {
        CgroupLimits.Memory memory = limits("{'memory':{'limit':-1,'swap':-1}}").memory();
        assertThat(memory.max()).isEqualTo(number(-1));
        assertThat(memory.swap()).isEqualTo(number(-1));
    }

    @Test
    void blockDevices() {
        CgroupLimits.Io io =
                limits(
                                "{'blockIO':{'weight':10,'leafWeight':11,"
                                        + "'weightDevice':[{'major':8,'minor':1,'weight':12,'leafWeight':13}],"
                                        + "'throttleReadBpsDevice':[{'major':8,'minor':2,'rate':1}],"
                                        + "'throttleWriteBpsDevice':[{'major':8,'minor':3,'rate':2}],"
                                        + "'throttleReadIOPSDevice':[{'major':8,'minor':4,'rate':3}],"
                                        + "'throttleWriteIOPSDevice':[{'major':8,'minor':5,'rate':18446744073709551615}]}}")
                        .io();
        assertThat(io.weight()).isEqualTo(number(10));
        assertThat(io.leafWeight()).isEqualTo(number(11));
        assertThat(io.deviceWeights())
                .containsExactly(new CgroupLimits.DeviceWeight(8, 1, number(12), number(13)));
        assertThat(io.throttles())
                .containsExactly(
                        new CgroupLimits.Throttle(CgroupLimits.Rate.READ_BYTES, 8, 2, 1),
                        new CgroupLimits.Throttle(CgroupLimits.Rate.WRITE_BYTES, 8, 3, 2),
                        new CgroupLimits.Throttle(CgroupLimits.Rate.READ_OPERATIONS, 8, 4, 3),
                        new CgroupLimits.Throttle(
                                CgroupLimits.Rate.WRITE_OPERATIONS, 8, 5, Long.MAX_VALUE));
    }

    @Test
    void theRest() {
        CgroupLimits limits =
                limits(
                        "{'pids':{'limit':9},'hugepageLimits':[{'pageSize':'2MB','limit':4096}],"
                                + "'network':{'classID':1,'priorities':[{'name':'eth0','priority':2}]},"
                                + "'rdma':{'mlx':{'hcaHandles':3},'other':{'hcaObjects':4}},"
                                + "'unified':{'memory.high':'5'}}");
        assertThat(limits.pids()).isEqualTo(number(9));
        assertThat(limits.hugetlb()).isEqualTo(Map.of("2MB", 4096L));
        assertThat(limits.network())
                .isEqualTo(new CgroupLimits.Network(number(1), Map.of("eth0", 2L)));
        assertThat(limits.rdma())
                .isEqualTo(
                        Map.of(
                                "mlx",
                                new CgroupLimits.Rdma(number(3), OptionalLong.empty()),
                                "other",
                                new CgroupLimits.Rdma(OptionalLong.empty(), number(4))));
        assertThat(limits.unified()).isEqualTo(Map.of("memory.high", "5"));
    }

    @Test
    void deviceRulesInTheirOrderAndThenWhatEveryContainerNeeds() {
        List<DeviceRule> rules =
                limits(
                                "{'devices':[{'allow':false,'access':'rwm'},{'allow':true,'type':'c','major':1,'minor':3,'access':'r'},"
                                        + "{'allow':true,'type':'b','major':-1,'access':'m'}]}")
                        .devices();
        assertThat(rules.subList(0, 3))
                .containsExactly(
                        DeviceRule.DENY_ALL,
                        new DeviceRule(
                                true,
                                DeviceRule.Type.CHARACTER,
                                number(1),
                                number(3),
                                DeviceRule.READ),
                        new DeviceRule(
                                true,
                                DeviceRule.Type.BLOCK,
                                OptionalLong.empty(),
                                OptionalLong.empty(),
                                DeviceRule.MKNOD));
        assertThat(rules.subList(3, rules.size())).isEqualTo(DeviceRule.USUAL);
    }

    @Test
    void nodesThatTheSpecMakesMayBeUsed() {
        Linux linux =
                read(
                        "{'devices':[{'path':'/dev/x','type':'u','major':10,'minor':229},"
                                + "{'path':'/dev/p','type':'p'}]}");
        assertThat(ResourceLimits.of(linux).devices())
                .endsWith(
                        new DeviceRule(
                                true,
                                DeviceRule.Type.CHARACTER,
                                number(10),
                                number(229),
                                DeviceRule.EVERY_ACCESS))
                .hasSize(DeviceRule.USUAL.size() + 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {'memory':{'useHierarchy':false}}                 | useHierarchy is false
                    {'memory':{'swap':5}}                             | without memory limit
                    {'memory':{'limit':10,'swap':5}}                  | should be >= memory limit 10
                    {'memory':{'swappiness':101}}                     | memory swappiness 101
                    {'cpu':{'shares':1}}                              | minimum allowed cpu-shares is 2
                    {'cpu':{'idle':2}}                                | cpu idle 2
                    {'blockIO':{'weight':5000}}                       | io weight 5000
                    {'devices':[{'allow':true,'type':'x'}]}           | type "x"
                    {'devices':[{'allow':true,'access':'z'}]}         | z
                    {'unified':{'../memory.max':'5'}}                 | ../memory.max
                    """)
    void whatCannotBeIsRefusedByName(String resources, String words) {
        assertThatThrownBy(() -> limits(resources))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining(words);
    }
}
