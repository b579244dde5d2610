package sampan.engine.build.execute;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.images.ResolvedImage;
import sampan.engine.services.ContainerCreation;
import sampan.engine.services.ContainerService;
import sampan.engine.services.Descriptors;
import sampan.engine.services.TaskService;
import sampan.engine.services.TaskService.Attachment;
import sampan.engine.services.TaskService.WaitCondition;
import sampan.engine.services.TaskService.WaitResult;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.files.FileIo;
import sampan.linux.sys.Open;

/// The containers that run steps: the engine's ordinary ones, marked by an annotation so that what
/// a killed daemon left is found. Thread-safe.
public final class StepContainers {
    /// Marks a container of a build.
    public static final String ANNOTATION = "sampan.build.step";

    private static final int OUTPUT_BYTES = 32 << 10;

    private final ContainerCreation creation;
    private final ContainerService containers;
    private final TaskService tasks;

    public StepContainers(
            ContainerCreation creation, ContainerService containers, TaskService tasks) {
        this.creation = creation;
        this.containers = containers;
        this.tasks = tasks;
    }

    /// Removes what builds of a killed daemon left.
    public void sweep() {
        containers.list().stream()
                .filter(c -> isStep(c.spec()))
                .forEach(c -> remove(c.id().value()));
    }

    /// Whether the container is a step of a build.
    public static boolean isStep(ContainerSpec spec) {
        return spec.annotations().containsKey(ANNOTATION);
    }

    static Map<String, String> annotations() {
        return Map.of(ANNOTATION, "true");
    }

    /// Hears what a container says.
    interface Output {
        void said(byte[] bytes, boolean error);
    }

    String create(ContainerSpec spec, ResolvedImage image) {
        return creation.create(Optional.empty(), spec, image).id().value();
    }

    /// Runs it to its end on a thread of its own, so that who waits hears interrupts; removing the
    /// container ends it.
    ///
    /// @return its exit code
    CompletableFuture<Integer> begin(String id, boolean apart, Output output) {
        return CompletableFuture.supplyAsync(
                () -> run(id, apart, output),
                task -> Thread.ofPlatform().daemon().name("build-step").start(task));
    }

    /// A wait for the end of what was [#begin begun].
    interface End {
        int exitCode() throws InterruptedException, ExecutionException;
    }

    /// @param what does not run where it fails
    static int await(End end, String what) {
        try {
            return end.exitCode();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SampanException(ErrorCode.UNAVAILABLE, "the build was cancelled", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SampanException known
                    ? known
                    : new SampanException(ErrorCode.INTERNAL, "running " + what + " failed", e);
        }
    }

    /// Runs it to its end.
    ///
    /// @param apart standard error comes on its own, so that the order between the two is lost
    /// @param output hears what it says
    /// @return its exit code
    int run(String id, boolean apart, Output output) {
        try (FileIo.Pipe pipe = FileIo.pipe2(Open.CLOEXEC);
                FileIo.Pipe errors = FileIo.pipe2(Open.CLOEXEC)) {
            CompletableFuture<WaitResult> end = tasks.waitFor(id, WaitCondition.NEXT_EXIT);
            Descriptors streams =
                    new Descriptors(
                            Optional.empty(),
                            Optional.of(pipe.writeEnd()),
                            Optional.of(apart ? errors.writeEnd() : pipe.writeEnd()),
                            _ -> {});
            tasks.start(id, Optional.of(new Attachment(streams, false, true, true)));
            pipe.writeEnd().close();
            errors.writeEnd().close();
            Thread other =
                    Thread.ofPlatform()
                            .daemon()
                            .start(() -> drain(errors, bytes -> output.said(bytes, true)));
            drain(pipe, bytes -> output.said(bytes, false));
            other.join();
            return end.get().exitCode();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SampanException(ErrorCode.UNAVAILABLE, "the build was cancelled", e);
        } catch (ExecutionException e) {
            throw new SampanException(ErrorCode.INTERNAL, "waiting for a step failed", e);
        }
    }

    // The read ends when the last writer is gone: the monitor, after the container's end. Who
    // cancels kills the container, so the read ends then too.
    private static void drain(FileIo.Pipe pipe, Consumer<byte[]> output) {
        Thread reader = Thread.currentThread();
        byte[] buffer = new byte[OUTPUT_BYTES];
        int got = FileIo.read(pipe.readEnd(), buffer);
        while (got > 0) {
            output.accept(Arrays.copyOf(buffer, got));
            if (reader.isInterrupted()) {
                return;
            }
            got = FileIo.read(pipe.readEnd(), buffer);
        }
    }

    /// Kills it if it runs and removes it with its anonymous volumes, also on an interrupted
    /// thread.
    void remove(String id) {
        boolean interrupted = Thread.interrupted();
        try {
            containers.remove(id, true, true);
        } catch (SampanException e) {
            if (e.code() != ErrorCode.NOT_FOUND && e.code() != ErrorCode.CONFLICT) {
                throw e;
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
