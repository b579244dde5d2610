package sampan.runtime.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import sampan.errors.SampanException;

class PlanListingTest {
    private static LaunchPlan small() {
        PlanWriter plan = new PlanWriter(3);
        plan.stdio(Flags.STDIO_INHERIT, true);
        plan.clone(Flags.CLONE_NEWNS | Flags.CLONE_NEWPID, PlanWriter.NONE);
        plan.stage(Stage.PARENT);
        plan.with(PlanWriter.IGNORE_ERROR).writeChild("oom_score_adj", "7");
        plan.stage(Stage.CHILD);
        int slot = plan.slot();
        plan.openTree(slot, PlanWriter.CWD, Flags.OPEN_TREE_CLONE | Flags.AT_RECURSIVE, "/é");
        plan.capBounding(0x3);
        plan.exec("sh", List.of("sh", "-c", "a\nb"), List.of("PATH=/bin"), "/bin");
        return plan.finish();
    }

    @Test
    void showsEveryStepWithItsArguments() {
        List<String> lines =
                PlanListing.of(small()).steps().stream().map(PlanListing.Step::text).toList();
        assertThat(lines)
                .containsExactly(
                        "MON_STDIO mode=inherit open_stdin=1",
                        "CLONE flags=NEWNS|NEWPID",
                        "WRITE_CHILD file=\"oom_score_adj\" data=\"7\" [ignore-error]",
                        "OPEN_TREE out=#3 flags=CLONE|RECURSIVE path=\"/é\"",
                        "CAP_BOUNDING keep=CHOWN|DAC_OVERRIDE",
                        "EXEC file=\"sh\" argv=[\"sh\", \"-c\", \"a\\nb\"] env=[\"PATH=/bin\"]"
                                + " search=\"/bin\"");
    }

    @Test
    void numbersStepsAndNamesStages() {
        assertThat(PlanListing.of(small()).text())
                .contains("   1  monitor  CLONE")
                .contains("   2  parent   WRITE_CHILD")
                .contains("   5  child    EXEC");
    }

    @Test
    void refusesEveryPrefixAndEveryOddByte() {
        ByteBuffer whole = small().bytes();
        for (int length = 0; length < whole.remaining(); length++) {
            ByteBuffer part = whole.slice(0, length);
            assertThatThrownBy(() -> PlanListing.of(part)).isInstanceOf(SampanException.class);
        }
        byte[] longer = new byte[whole.remaining() + 1];
        whole.get(longer, 0, longer.length - 1);
        assertThatThrownBy(() -> PlanListing.of(ByteBuffer.wrap(longer)))
                .isInstanceOf(SampanException.class);
    }

    @Test
    void neverFailsOtherwiseOnChangedBytes() {
        byte[] plan = new byte[small().size()];
        small().bytes().get(plan);
        for (int i = 0; i < plan.length; i++) {
            for (int change : new int[] {0x01, 0x80, 0xff}) {
                byte[] broken = plan.clone();
                broken[i] ^= (byte) change;
                try {
                    assertThat(PlanListing.of(ByteBuffer.wrap(broken)).text()).isNotNull();
                } catch (SampanException e) {
                    assertThat(e).hasMessageStartingWith("launch plan is malformed at step");
                }
            }
        }
    }

    @Test
    void refusesNulInTexts() {
        PlanWriter plan = new PlanWriter(0);
        assertThatThrownBy(() -> plan.hostname("a\0b")).isInstanceOf(SampanException.class);
        assertThatThrownBy(() -> new PlanWriter(0).hostname("é\0b"))
                .isInstanceOf(SampanException.class);
    }

    @Test
    void refusesTooManySteps() {
        PlanWriter plan = new PlanWriter(0);
        for (int i = 0; i < PlanWriter.OPS_MAX; i++) {
            plan.loopbackUp();
        }
        assertThatThrownBy(plan::loopbackUp).hasMessageContaining("4096 steps");
    }

    @Test
    void refusesTooManyBytes() {
        PlanWriter plan = new PlanWriter(0);
        String megabyte = "x".repeat(1 << 20);
        plan.hostname(megabyte);
        plan.hostname(megabyte);
        plan.hostname(megabyte);
        assertThatThrownBy(() -> plan.hostname(megabyte)).hasMessageContaining("4194304 bytes");
    }

    @Test
    void refusesTooManySlots() {
        PlanWriter plan = new PlanWriter(PlanWriter.SLOTS_MAX);
        assertThatThrownBy(plan::slot).hasMessageContaining("256 descriptors");
    }
}
