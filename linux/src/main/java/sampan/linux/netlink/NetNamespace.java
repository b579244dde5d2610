package sampan.linux.netlink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;
import sampan.linux.sys.Open;

/// An owned descriptor of a network namespace, which lives at least as long as it is open.
///
/// No thread that others use ever changes its namespace: work inside runs on a throw-away platform
/// thread. Sockets opened there may be used from everywhere afterwards.
///
/// Source: namespaces(7), setns(2). Needs CAP_SYS_ADMIN over the namespace's owner.
public final class NetNamespace implements AutoCloseable {
    private static final long CLONE_NEWNET = 0x40000000L;

    private final Fd fd;

    private NetNamespace(Fd fd) {
        this.fd = fd;
    }

    /// The calling thread's own.
    public static NetNamespace current() {
        return new NetNamespace(Fd.open("/proc/thread-self/ns/net", Open.RDONLY));
    }

    /// That of a process, which the caller keeps from being reaped while this runs, as otherwise
    /// its number may have passed to another.
    public static NetNamespace ofProcess(long pid) {
        return new NetNamespace(Fd.open("/proc/" + pid + "/ns/net", Open.RDONLY));
    }

    /// Takes over a descriptor that somebody else opened.
    public static NetNamespace adopt(Fd fd) {
        return new NetNamespace(fd);
    }

    /// A fresh, empty one: loopback only, down. About a millisecond, most of it the kernel's.
    public static NetNamespace create() {
        return onThread(NetNamespace::unshare);
    }

    /// Moves the calling thread into a fresh namespace and returns it. Only for platform threads
    /// that serve nothing else: there is no way back.
    ///
    /// @throws IllegalStateException on a virtual thread, whose carrier others use
    public static NetNamespace unshare() {
        requirePlatformThread();
        Kernel.call("unshare", "network namespace", Nr.UNSHARE, CLONE_NEWNET, 0, 0);
        return current();
    }

    /// Moves the calling thread into this namespace; for threads that serve nothing else.
    ///
    /// @throws IllegalStateException on a virtual thread, whose carrier others use
    public void enter() {
        requirePlatformThread();
        Kernel.call("setns", toString(), Nr.SETNS, fd.number(), CLONE_NEWNET, 0);
    }

    /// Runs work inside on a thread of its own and waits for it. What it throws unchecked is thrown
    /// here.
    public <T> T call(Supplier<T> work) {
        return onThread(() -> {
            enter();
            return work.get();
        });
    }

    /// As [#call], without a result.
    public void run(Runnable work) {
        call(() -> {
            work.run();
            return this;
        });
    }

    /// As [#call], for work that throws checked exceptions, which arrive as the cause of a
    /// [SampanException].
    public <T> T callChecked(Callable<T> work) {
        return call(() -> {
            try {
                return work.call();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new SampanException(
                        ErrorCode.INTERNAL, "in " + this + ": " + e.getMessage(), e);
            }
        });
    }

    public Fd fd() {
        return fd;
    }

    /// The kernel's name of the namespace, `net:[inode]`; equal names are the same namespace.
    public String identity() {
        try {
            return Files.readSymbolicLink(Path.of(fd.path())).toString();
        } catch (IOException e) {
            throw new SampanException(
                    ErrorCode.INTERNAL, "reading the link " + fd.path() + " failed", e);
        }
    }

    @Override
    public void close() {
        fd.close();
    }

    @Override
    public String toString() {
        return "network namespace, " + fd;
    }

    private static void requirePlatformThread() {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException(
                    "a virtual thread must not change the network namespace of its carrier");
        }
    }

    private static <T> T onThread(Supplier<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform()
                .name("netns")
                .daemon()
                .start(() -> {
                    try {
                        result.complete(work.get());
                    } catch (Throwable t) {
                        result.completeExceptionally(t);
                    }
                });
        try {
            return result.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw e;
            }
        }
    }
}
