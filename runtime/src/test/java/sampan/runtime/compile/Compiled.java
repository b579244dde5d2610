package sampan.runtime.compile;

import java.util.List;
import java.util.function.Consumer;
import sampan.oci.spec.ContainerProcess;
import sampan.oci.spec.Linux;
import sampan.oci.spec.LinuxBuilder;
import sampan.oci.spec.Mount;
import sampan.oci.spec.Namespace;
import sampan.oci.spec.Root;
import sampan.oci.spec.Spec;
import sampan.runtime.plan.LaunchPlan;
import sampan.runtime.plan.PlanListing;
import sampan.runtime.plan.Stage;

/// Compiles specs that differ from an ordinary one in the field under test.
final class Compiled {
    static final HostFiles FILES =
            new HostFiles() {
                @Override
                public boolean isDirectory(String path) {
                    return !path.endsWith(".conf");
                }

                @Override
                public boolean exists(String path) {
                    return true;
                }
            };

    private Compiled() {}

    static ContainerProcess.Builder process() {
        return ContainerProcess.builder(List.of("/bin/true")).env(List.of("HOME=/", "PATH=/bin"));
    }

    static LinuxBuilder linux() {
        return Linux.builder().namespaces(namespaces("pid", "mount", "ipc", "uts", "network"));
    }

    static List<Namespace> namespaces(String... types) {
        return java.util.Arrays.stream(types).map(Namespace::create).toList();
    }

    static Spec.Builder spec() {
        return Spec.builder()
                .process(process().build())
                .root(new Root("rootfs", false))
                .linux(linux().build());
    }

    static LaunchContext.Builder context() {
        return LaunchContext.builder("c1", new RootSource.Directory("/b/rootfs"), "/b/rootfs")
                .bundle("/b")
                .host(FILES);
    }

    static List<String> steps(LaunchPlan plan) {
        return PlanListing.of(plan).steps().stream().map(PlanListing.Step::text).toList();
    }

    static List<String> steps(LaunchPlan plan, Stage stage) {
        return PlanListing.of(plan).steps().stream()
                .filter(s -> s.stage() == stage)
                .map(PlanListing.Step::text)
                .toList();
    }

    static List<String> steps(Spec.Builder spec) {
        return steps(spec, context());
    }

    static List<String> steps(Spec.Builder spec, LaunchContext.Builder context) {
        return steps(PlanCompiler.compile(spec.build(), context.build()));
    }

    static List<String> withLinux(Consumer<LinuxBuilder> change) {
        LinuxBuilder linux = linux();
        change.accept(linux);
        return steps(spec().linux(linux.build()));
    }

    static List<String> withProcess(Consumer<ContainerProcess.Builder> change) {
        ContainerProcess.Builder process = process();
        change.accept(process);
        return steps(spec().process(process.build()));
    }

    static List<String> withMount(Mount mount) {
        return steps(spec().mount(mount));
    }

    /// The steps from the one that begins with `first` to the one that begins with `last`.
    static List<String> between(List<String> steps, String first, String last) {
        int from = index(steps, first);
        for (int i = from; i < steps.size(); i++) {
            if (steps.get(i).startsWith(last)) {
                return steps.subList(from, i + 1);
            }
        }
        throw new AssertionError("no " + last + " after " + first + " in " + steps);
    }

    /// Where the first step that begins with `start` stands.
    static int index(List<String> steps, String start) {
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).startsWith(start)) {
                return i;
            }
        }
        throw new AssertionError("no " + start + " in " + steps);
    }
}
