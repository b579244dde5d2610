package sampan.app.runc.verbs;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import sampan.app.runc.RuncContext;
import sampan.app.settings.Settings;
import sampan.linux.capabilities.Capability;
import sampan.linux.seccomp.ArgCondition;
import sampan.linux.seccomp.SeccompAction;
import sampan.linux.seccomp.SeccompArch;
import sampan.linux.seccomp.SeccompFlag;
import sampan.oci.json.Json;
import sampan.oci.spec.Spec;
import sampan.runtime.compile.PlanCompiler;

/// `features`: the document of the runtime specification's features.md.
@Command(description = "show the enabled features")
public final class FeaturesVerb implements Callable<Integer> {
    private static final String LOWEST = "1.0.0";

    private final RuncContext context;

    public FeaturesVerb(RuncContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Map<String, Object> features = new LinkedHashMap<>();
        features.put("ociVersionMin", LOWEST);
        features.put("ociVersionMax", Spec.VERSION);
        features.put(
                "hooks",
                List.of(
                        "prestart",
                        "createRuntime",
                        "createContainer",
                        "startContainer",
                        "poststart",
                        "poststop"));
        features.put("mountOptions", PlanCompiler.mountOptions());
        features.put("linux", linux());
        features.put("annotations", Map.of("io.sampan.version", Settings.VERSION));
        features.put("potentiallyUnsafeConfigAnnotations", List.of());
        context.out().println(Json.indented(features, "    "));
        return 0;
    }

    private Map<String, Object> linux() {
        Map<String, Object> linux = new LinkedHashMap<>();
        linux.put(
                "namespaces",
                List.of("cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"));
        linux.put(
                "capabilities", Arrays.stream(Capability.values()).map(Capability::name).toList());
        Map<String, Object> cgroup = new LinkedHashMap<>();
        cgroup.put("v1", true);
        cgroup.put("v2", true);
        cgroup.put("systemd", false);
        cgroup.put("systemdUser", false);
        cgroup.put("rdma", true);
        linux.put("cgroup", cgroup);
        linux.put("seccomp", seccomp());
        linux.put("apparmor", Map.of("enabled", true));
        linux.put("selinux", Map.of("enabled", true));
        Map<String, Object> classes = new LinkedHashMap<>();
        classes.put("enabled", true);
        classes.put("schemata", true);
        classes.put("monitoring", true);
        linux.put("intelRdt", classes);
        Map<String, Object> memory = new LinkedHashMap<>();
        memory.put("modes", PlanCompiler.memoryModes());
        memory.put("flags", PlanCompiler.memoryFlags());
        linux.put("memoryPolicy", memory);
        linux.put("mountExtensions", Map.of("idmap", Map.of("enabled", true)));
        linux.put("netDevices", Map.of("enabled", true));
        return linux;
    }

    private static Map<String, Object> seccomp() {
        List<String> flags =
                Arrays.stream(SeccompFlag.values())
                        .map(flag -> "SECCOMP_FILTER_FLAG_" + flag.name())
                        .toList();
        Map<String, Object> seccomp = new LinkedHashMap<>();
        seccomp.put("enabled", true);
        seccomp.put(
                "actions",
                Arrays.stream(SeccompAction.values())
                        .map(SeccompAction::ociName)
                        .sorted()
                        .toList());
        seccomp.put(
                "operators",
                Arrays.stream(ArgCondition.Operator.values())
                        .map(ArgCondition.Operator::ociName)
                        .sorted()
                        .toList());
        seccomp.put(
                "archs",
                Arrays.stream(SeccompArch.values()).map(SeccompArch::ociName).sorted().toList());
        seccomp.put("knownFlags", flags);
        seccomp.put("supportedFlags", flags);
        return seccomp;
    }
}
