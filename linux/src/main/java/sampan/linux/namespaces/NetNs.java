package sampan.linux.namespaces;

import java.util.List;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;
import sampan.linux.sys.Open;

/// Network namespaces without a process: alive as long as the descriptor.
public final class NetNs {
    private NetNs() {}

    /// A new one, with its loopback interface down, owned by our user namespace. About half a
    /// millisecond, most of it the kernel's.
    public static Fd create() {
        return NamespaceThread.call(
                List.of(),
                () -> {
                    Kernel.call("unshare", "net", Nr.UNSHARE, NamespaceKind.NET.flag(), 0, 0);
                    return Fd.open("/proc/thread-self/ns/net", Open.RDONLY);
                });
    }

    /// That of this process.
    public static Fd own() {
        return Fd.open("/proc/self/ns/net", Open.RDONLY);
    }
}
