package sampan.engine.services;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import sampan.oci.image.Platform;

/// Hears how a build goes. Called by one thread at a time, stage after stage in the Dockerfile's
/// order, whatever order they run in; an exception ends the build.
public interface BuildListener {
    void on(BuildEvent event);

    /// Whether it tells the two streams of a step apart; their common order is lost then.
    default boolean apart() {
        return false;
    }

    /// Files that lie elsewhere are brought, by the thread that wants them.
    ///
    /// @param address without a password
    /// @param repository or a file of the web
    /// @param work brings them
    default <T> T fetching(String address, boolean repository, Supplier<T> work) {
        return work.get();
    }

    /// Work of a build that is no step of its Dockerfile.
    sealed interface Aside {
        /// The image of a scanner is brought.
        record Scanner(String image) implements Aside {}

        /// The scanner looks at the result for a platform.
        record Scan(String image, Platform platform) implements Aside {}
    }

    /// Such work is done, by the thread that wants it.
    ///
    /// @param work does it, and hands on what its container says, or that it was done before
    default <T> T aside(Aside what, Function<Consumer<BuildEvent>, T> work) {
        return work.apply(_ -> {});
    }

    /// What happens in a build.
    sealed interface BuildEvent {
        /// A step begins.
        ///
        /// @param number from 1
        /// @param stage name or number, empty in front of the first FROM
        record Step(int number, int total, String stage, String text) implements BuildEvent {}

        /// The step was done before.
        record Cached() implements BuildEvent {}

        /// The step was not done before, and why.
        record Missed(String cause) implements BuildEvent {}

        /// A container runs the step.
        record Running(String containerId) implements BuildEvent {}

        /// The container said something; the bytes are the receiver's.
        ///
        /// @param error on its standard error, where the two are told apart
        record Output(byte[] bytes, boolean error) implements BuildEvent {}

        record Removed(String containerId) implements BuildEvent {}

        /// Triggers of the parent image run.
        record Triggers(List<String> triggers) implements BuildEvent {}

        /// What the step led to.
        ///
        /// @param imageId that the stage would have if it ended here; empty: nothing to show
        record Done(String imageId) implements BuildEvent {}

        record Warning(String text) implements BuildEvent {}
    }
}
