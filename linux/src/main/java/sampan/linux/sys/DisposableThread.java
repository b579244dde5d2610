package sampan.linux.sys;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// A fresh platform thread for code that changes what the kernel keeps per thread: namespaces,
/// root, capabilities, user. It has a root and working directory of its own and is thrown away
/// afterwards, so that no other code ever runs in what it became. What the code opens may be used
/// and closed elsewhere.
public final class DisposableThread {
    private static final int CLONE_FS = 0x200;

    private DisposableThread() {}

    /// Starts the code; waiting, with or without a deadline, is the caller's. Cancelling the future
    /// does not stop the thread.
    public static <T> CompletableFuture<T> submit(String name, Callable<T> code) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform()
                .daemon()
                .name(name)
                .start(() -> {
                    try {
                        Kernel.call("unshare", "fs", Nr.UNSHARE, CLONE_FS, 0, 0);
                        result.complete(code.call());
                    } catch (Throwable t) {
                        result.completeExceptionally(t);
                    }
                });
        return result;
    }

    /// Runs the code and waits for it.
    ///
    /// @throws SampanException what the code threw, as it is or, if checked, as a cause
    public static <T> T call(String name, Callable<T> code) {
        return await(submit(name, code));
    }

    /// Waits for what [#submit] started, as [#call] does.
    public static <T> T await(CompletableFuture<T> result) {
        try {
            return result.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default ->
                        throw new SampanException(
                                ErrorCode.INTERNAL,
                                "code on a thread of its own failed: " + e.getCause(),
                                e);
            }
        }
    }
}
