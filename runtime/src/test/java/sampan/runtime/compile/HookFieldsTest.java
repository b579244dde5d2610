package sampan.runtime.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sampan.runtime.compile.Compiled.*;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sampan.oci.spec.Hook;
import sampan.oci.spec.Hooks;
import sampan.oci.spec.Mount;
import sampan.oci.spec.Spec;
import sampan.oci.spec.State;
import sampan.runtime.plan.Stage;

class HookFieldsTest {
    private static final List<Hook> NO = List.of();

    private static List<Hook> hook(String path) {
        return List.of(new Hook(path, List.of(), List.of(), Optional.empty()));
    }

    @Test
    void hooksRunWhereTheyBelong() {
        Hook hook = new Hook("/bin/h", List.of("h", "x"), List.of("A=1"), Optional.of(2));
        Hook plain = new Hook("/bin/p", List.of(), List.of(), Optional.empty());
        Hooks hooks =
                new Hooks(
                        List.of(), List.of(), List.of(hook), List.of(plain), List.of(), List.of());
        Spec.Builder spec = spec().hooks(hooks).annotations(Map.of("k", "v"));
        List<String> steps = steps(spec, context().with(LaunchOption.WAIT_START));
        int first = index(steps, "HOOK timeout_ms=2000 path=\"/bin/h\"");
        int second = index(steps, "HOOK timeout_ms=-1 path=\"/bin/p\" argv=[\"/bin/p\"]");
        assertThat(steps.get(first))
                .contains("argv=[\"h\", \"x\"] env=[\"A=1\"]")
                .contains(
                        "stdin=\"{\\\"ociVersion\\\":\\\"1.3.0\\\",\\\"id\\\":\\\"c1\\\","
                                + "\\\"status\\\":\\\"creating\\\",\\\"pid\\\":@PID@,"
                                + "\\\"bundle\\\":\\\"/b\\\","
                                + "\\\"annotations\\\":{\\\"k\\\":\\\"v\\\"}}\"");
        assertThat(first).isLessThan(index(steps, "PIVOT"));
        assertThat(second).isGreaterThan(index(steps, "WAIT_START"));
        Hook odd = new Hook("h", List.of(), List.of(), Optional.empty());
        assertThatThrownBy(() ->
                        steps(
                                spec().hooks(
                                                new Hooks(
                                                        List.of(),
                                                        List.of(),
                                                        List.of(odd),
                                                        List.of(),
                                                        List.of(),
                                                        List.of()))))
                .hasMessageContaining("not absolute");
    }

    @Test
    void hooksOfTheRuntimeMakeThePlanWait() {
        Hook hook = new Hook("/h", List.of(), List.of(), Optional.empty());
        List<Hook> one = List.of(hook);
        List<Hook> no = List.of();
        assertThat(steps(spec().hooks(new Hooks(one, no, no, no, no, no)))).contains("SYNC");
        assertThat(steps(spec().hooks(new Hooks(no, one, no, no, no, no)))).contains("SYNC");
        assertThat(steps(spec().hooks(new Hooks(no, no, no, no, one, one)))).doesNotContain("SYNC");
    }

    @Test
    void hooksOfTheRuntimeSeeTheContainersMountsBeforeItsRootIsEntered() {
        Hooks hooks = new Hooks(hook("/a"), hook("/b"), hook("/c"), hook("/d"), NO, NO);
        Spec.Builder spec = spec().hooks(hooks).mount(Mount.of("tmpfs", "t", "/t"));
        LaunchContext.Builder context = context().with(LaunchOption.RUNTIME_HOOKS);
        List<String> parent =
                steps(PlanCompiler.compile(spec.build(), context.build()), Stage.PARENT);
        assertThat(parent).first().isEqualTo("AWAIT_CHILD");
        assertThat(parent.get(1)).startsWith("HOOK").contains("path=\"/a\"");
        assertThat(parent.get(2)).startsWith("HOOK").contains("path=\"/b\"");
        List<String> all = steps(spec, context);
        assertThat(index(all, "CHDIR path=\"/b\"")).isLessThan(index(all, "CLONE"));
        assertThat(index(all, "MOVE_MOUNT mount=#1")).isLessThan(index(all, "AWAIT_PARENT"));
        assertThat(index(all, "AWAIT_PARENT")).isLessThan(hookAt(all, "/c"));
        assertThat(hookAt(all, "/c")).isLessThan(index(all, "PIVOT"));
    }

    private static int hookAt(List<String> steps, String path) {
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).startsWith("HOOK") && steps.get(i).contains("path=\"" + path + "\"")) {
                return i;
            }
        }
        throw new AssertionError(path + " in " + steps);
    }

    @Test
    void nobodyWaitsWithoutHooksOfTheRuntime() {
        Hooks hooks = new Hooks(NO, NO, hook("/c"), hook("/d"), NO, NO);
        assertThat(steps(spec().hooks(hooks), context().with(LaunchOption.RUNTIME_HOOKS)))
                .doesNotContain("AWAIT_CHILD", "AWAIT_PARENT");
    }

    @Test
    void aMissingProgramIsToldBeforeItsStartAndBeforeItsHooks() {
        List<String> waiting = steps(spec(), context().with(LaunchOption.WAIT_START));
        assertThat(waiting)
                .containsSubsequence(
                        "FIND_PROGRAM file=\"/bin/true\" search=\"/bin\"", "WAIT_START");
        Hooks hooks = new Hooks(NO, NO, NO, hook("/d"), NO, NO);
        List<String> hooked = steps(spec().hooks(hooks));
        assertThat(index(hooked, "FIND_PROGRAM")).isLessThan(index(hooked, "HOOK"));
        assertThat(steps(spec())).noneMatch(step -> step.startsWith("FIND_PROGRAM"));
    }

    @Test
    void hooksWithoutALaunchRunInTheBundle() {
        State state = new State("1.3.0", "c", "stopped", 0, "/b", Map.of());
        assertThat(steps(HookCompiler.compile("poststop", hook("/e"), state)))
                .startsWith("CHDIR path=\"/b\" [ignore-error]", "CLONE")
                .anyMatch(step -> step.startsWith("HOOK") && step.contains("path=\"/e\""));
    }
}
