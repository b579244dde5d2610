package sampan.linux.namespaces;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import sampan.linux.sys.DisposableThread;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;

/// Runs code on a [DisposableThread] that first joins namespaces: sockets that it opens are in that
/// network, paths that it opens are of that mount namespace.
///
/// A user namespace cannot be joined (the kernel refuses it to threads, EINVAL); a pid or time
/// namespace counts only for children.
public final class NamespaceThread {
    private NamespaceThread() {}

    /// Starts the code; waiting, with or without a deadline, is the caller's.
    ///
    /// @param namespaces descriptors of /proc/PID/ns files, joined in this order; the caller keeps
    ///   them open until the future is done
    public static <T> CompletableFuture<T> submit(List<Fd> namespaces, Callable<T> code) {
        List<Fd> joined = List.copyOf(namespaces);
        return DisposableThread.submit(
                "namespace",
                () -> {
                    for (Fd namespace : joined) {
                        Kernel.call(
                                "setns", namespace.toString(), Nr.SETNS, namespace.number(), 0, 0);
                    }
                    return code.call();
                });
    }

    /// Runs the code and waits for it.
    ///
    /// @throws sampan.errors.SampanException what the code threw, as it is or, if checked, as a
    ///   cause
    public static <T> T call(List<Fd> namespaces, Callable<T> code) {
        return DisposableThread.await(submit(namespaces, code));
    }
}
