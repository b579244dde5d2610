package sampan.app.cli.namespaces;

import java.util.EnumMap;
import java.util.Map;
import picocli.CommandLine.Option;
import sampan.linux.namespaces.NamespaceKind;

/// The flags that name kinds of namespaces, each with a file that may be left out.
final class KindOptions {
    @Option(
            names = {"-m", "--mount"},
            arity = "0..1",
            preprocessor = OptionalFile.class,
            description = "The mount namespace [=FILE]")
    private String mount = OptionalFile.ABSENT;

    @Option(
            names = {"-u", "--uts"},
            arity = "0..1",
            preprocessor = OptionalFile.class,
            description = "The UTS namespace (host name) [=FILE]")
    private String uts = OptionalFile.ABSENT;

    @Option(
            names = {"-i", "--ipc"},
            arity = "0..1",
            preprocessor = OptionalFile.class,
            description = "The IPC namespace [=FILE]")
    private String ipc = OptionalFile.ABSENT;

    @Option(
            names = {"-n", "--net"},
            arity = "0..1",
            preprocessor = OptionalFile.class,
            description = "The network namespace [=FILE]")
    private String net = OptionalFile.ABSENT;

    @Option(
            names = {"-p", "--pid"},
            arity = "0..1",
            preprocessor = OptionalFile.class,
            description = "The PID namespace [=FILE]")
    private String pid = OptionalFile.ABSENT;

    @Option(
            names = {"-C", "--cgroup"},
            arity = "0..1",
            preprocessor = OptionalFile.class,
            description = "The cgroup namespace [=FILE]")
    private String cgroup = OptionalFile.ABSENT;

    @Option(
            names = {"-U", "--user"},
            arity = "0..1",
            preprocessor = OptionalFile.class,
            description = "The user namespace [=FILE]")
    private String user = OptionalFile.ABSENT;

    @Option(
            names = {"-T", "--time"},
            arity = "0..1",
            preprocessor = OptionalFile.class,
            description = "The time namespace [=FILE]")
    private String time = OptionalFile.ABSENT;

    /// The kinds that were named, with their file or an empty text.
    Map<NamespaceKind, String> named() {
        Map<NamespaceKind, String> named = new EnumMap<>(NamespaceKind.class);
        put(named, NamespaceKind.MNT, mount);
        put(named, NamespaceKind.UTS, uts);
        put(named, NamespaceKind.IPC, ipc);
        put(named, NamespaceKind.NET, net);
        put(named, NamespaceKind.PID, pid);
        put(named, NamespaceKind.CGROUP, cgroup);
        put(named, NamespaceKind.USER, user);
        put(named, NamespaceKind.TIME, time);
        return named;
    }

    private static void put(Map<NamespaceKind, String> named, NamespaceKind kind, String value) {
        if (OptionalFile.given(value)) {
            named.put(kind, value);
        }
    }
}
