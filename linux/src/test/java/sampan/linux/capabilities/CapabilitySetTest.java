package sampan.linux.capabilities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import sampan.errors.SampanException;

final class CapabilitySetTest {
    @Test
    void numbersAreTheKernels() {
        assertThat(Capability.CAP_CHOWN.number()).isZero();
        assertThat(Capability.CAP_SYS_ADMIN.number()).isEqualTo(21);
        assertThat(Capability.CAP_SETFCAP.number()).isEqualTo(31);
        assertThat(Capability.CAP_CHECKPOINT_RESTORE.number()).isEqualTo(40);
        assertThat(Capability.ofNumber(39)).contains(Capability.CAP_BPF);
        assertThat(Capability.ofNumber(41)).isEmpty();
        assertThat(Capability.ofNumber(-1)).isEmpty();
    }

    @Test
    void parsesNamesInAnyForm() {
        assertThat(CapabilitySet.parse(List.of("net_admin", "CAP_KILL", "Cap_Mknod")))
                .isEqualTo(
                        CapabilitySet.of(
                                Capability.CAP_NET_ADMIN,
                                Capability.CAP_KILL,
                                Capability.CAP_MKNOD));
        assertThat(CapabilitySet.parse(List.of("all")).mask()).isEqualTo((1L << 41) - 1);
        assertThatThrownBy(() -> CapabilitySet.parse(List.of("KILL", "CAP_FLY")))
                .isInstanceOf(SampanException.class)
                .hasMessage("unknown capability: \"CAP_FLY\"");
    }

    @Test
    void defaultIsDockers() {
        assertThat(CapabilitySet.DEFAULT.mask()).isEqualTo(0xa80425fbL);
        assertThat(CapabilitySet.DEFAULT.names()).hasSize(14).contains("CAP_AUDIT_WRITE");
    }

    @Test
    void algebra() {
        CapabilitySet set = CapabilitySet.NONE.with(Capability.CAP_KILL).with(Capability.CAP_BPF);
        assertThat(set.has(Capability.CAP_BPF)).isTrue();
        assertThat(set.without(Capability.CAP_BPF).names()).containsExactly("CAP_KILL");
        assertThat(CapabilitySet.ALL.containsAll(set)).isTrue();
        assertThat(set.containsAll(CapabilitySet.ALL)).isFalse();
        assertThat(CapabilitySet.ALL.without(CapabilitySet.ALL).isEmpty()).isTrue();
        assertThat(set.intersect(CapabilitySet.DEFAULT).names()).containsExactly("CAP_KILL");
        assertThat(set).hasToString("[CAP_KILL, CAP_BPF]");
    }

    @Test
    void readsThisProcess() {
        ProcessCapabilities current = ProcessCapabilities.current();
        assertThat(current.permitted().containsAll(current.effective())).isTrue();
        assertThat(ProcessCapabilities.ofKernel().containsAll(current.bounding())).isTrue();
        assertThat(ProcessCapabilities.ofKernel().mask() & CapabilitySet.DEFAULT.mask())
                .isEqualTo(CapabilitySet.DEFAULT.mask());
        assertThat(ProcessCapabilities.ofKernel().has(Capability.CAP_AUDIT_READ)).isTrue();
    }

    @Test
    void parsesStatus() {
        ProcessCapabilities parsed =
                ProcessCapabilities.parse(
                        List.of(
                                "Name:\tx",
                                "CapInh:\t00",
                                "CapPrm:\t0000000000000020",
                                "CapEff:\t20"));
        assertThat(parsed.effective().names()).containsExactly("CAP_KILL");
        assertThat(parsed.ambient()).isEqualTo(CapabilitySet.NONE);
    }
}
