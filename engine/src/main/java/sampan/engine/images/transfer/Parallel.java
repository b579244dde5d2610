package sampan.engine.images.transfer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// Runs works beside each other, each on a virtual thread; the first failure interrupts the others.
final class Parallel {
    private Parallel() {}

    /// The results in the order of the works, when all have ended.
    static <T> List<T> all(List<Callable<T>> works) {
        List<Future<T>> futures = new ArrayList<>();
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
        try (executor) {
            try {
                CompletionService<T> ended = new ExecutorCompletionService<>(executor);
                works.forEach(work -> futures.add(ended.submit(work)));
                for (int i = 0; i < futures.size(); i++) {
                    result(ended.take());
                }
                List<T> results = new ArrayList<>();
                for (Future<T> future : futures) {
                    results.add(result(future));
                }
                return results;
            } catch (InterruptedException | RuntimeException e) {
                executor.shutdownNow();
                throw e;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SampanException(ErrorCode.UNAVAILABLE, "interrupted during a transfer", e);
        }
    }

    /// What it came to, or its failure.
    static <T> T result(Future<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException failure -> throw failure;
                case IOException failure -> throw new UncheckedIOException(failure);
                case null -> throw new IllegalStateException(e);
                case Throwable failure -> throw new IllegalStateException(failure);
            }
        }
    }
}
