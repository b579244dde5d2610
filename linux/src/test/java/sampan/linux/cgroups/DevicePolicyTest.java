package sampan.linux.cgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import sampan.errors.SampanException;

final class DevicePolicyTest {
    private static DeviceRule rule(boolean allow, long major, long minor, String access) {
        return new DeviceRule(
                allow,
                DeviceRule.Type.CHARACTER,
                number(major),
                number(minor),
                DeviceRule.access(access));
    }

    private static OptionalLong number(long number) {
        return number < 0 ? OptionalLong.empty() : OptionalLong.of(number);
    }

    private static DevicePolicy policy(DeviceRule... rules) {
        return DevicePolicy.of(List.of(rules));
    }

    @Test
    void laterRulesOverrideEarlierOnes() {
        assertThat(policy(rule(true, 1, 3, "r"), rule(true, 1, 3, "w")))
                .isEqualTo(policy(rule(true, 1, 3, "rw")));
        assertThat(policy(rule(true, 1, 3, "rw"), rule(false, 1, 3, "w")))
                .isEqualTo(policy(rule(true, 1, 3, "r")));
        assertThat(policy(rule(true, 1, 3, "rw"), rule(true, 2, 3, "r"), rule(false, 1, -1, "rwm")))
                .isEqualTo(policy(rule(true, 2, 3, "r")));
        assertThat(policy(rule(true, 1, 3, "rw"), DeviceRule.DENY_ALL)).isEqualTo(policy());
        assertThat(policy(DeviceRule.ALLOW_ALL, rule(false, 1, 3, "w")).allowByDefault()).isTrue();
    }

    @Test
    void holesAreRefused() {
        assertThatThrownBy(() -> policy(rule(true, 1, -1, "rwm"), rule(false, 1, 3, "w")))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining("takes back a part of \"c 1:* w\"");
    }

    @Test
    void transitionsAddBeforeTheyTakeAway() {
        assertThat(
                        policy(rule(true, 1, -1, "rw"), rule(true, 5, 0, "r"))
                                .transition(policy(rule(true, 1, 3, "rw"), rule(true, 5, 0, "r"))))
                .containsExactly(rule(true, 1, 3, "rw"), rule(false, 1, -1, "rw"));
        assertThat(DevicePolicy.unrestricted().transition(policy(rule(true, 1, 3, "r"))))
                .containsExactly(DeviceRule.DENY_ALL, rule(true, 1, 3, "r"));
        assertThat(
                        policy(rule(true, 1, 3, "r"))
                                .transition(policy(DeviceRule.ALLOW_ALL, rule(false, 1, 3, "w"))))
                .containsExactly(DeviceRule.ALLOW_ALL, rule(false, 1, 3, "w"));
    }

    @Test
    void listsOfTheKernelAreRead() {
        assertThat(DevicePolicy.parse("c 1:3 rwm\nc *:* m\n"))
                .isEqualTo(policy(rule(true, -1, -1, "m"), rule(true, 1, 3, "rwm")));
        assertThat(DevicePolicy.parse("a *:* rwm\n")).isEqualTo(DevicePolicy.unrestricted());
        assertThat(rule(true, 136, -1, "mr")).hasToString("c 136:* rm");
    }

    @Test
    void wrongRulesAreNamed() {
        assertThatThrownBy(() -> DeviceRule.access("rx"))
                .hasMessage("device access \"rx\" is not of r, w, m");
        assertThatThrownBy(() -> DeviceRule.access("")).hasMessageContaining("empty");
        assertThatThrownBy(() -> rule(true, 1L << 33, 0, "r")).hasMessageContaining("device major");
    }

    @Test
    void programsHaveOneExitPerExceptionAndOneMore() {
        byte[] code =
                DeviceProgram.assemble(policy(rule(true, 1, 3, "rwm"), rule(true, -1, -1, "m")));
        int exits = 0;
        for (int i = 0; i < code.length; i += 8) {
            if (code[i] == (byte) 0x95) {
                exits++;
            }
        }
        assertThat(exits).isEqualTo(3);
        // Prologue 6; the wide one 4 + 2; the narrow one 3 + 2; the end 2.
        assertThat(code).hasSize((6 + 6 + 5 + 2) * 8);
    }
}
