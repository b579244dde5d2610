package sampan.engine.tasks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Measures the steps of one start or end, where somebody listens; costs next to nothing where
/// nobody does. For one thread at a time.
public final class StepClock {
    /// Somebody who listens.
    ///
    /// @param steps in their order
    public record Report(String journey, String containerId, List<Step> steps) {
        /// The sum, nanoseconds.
        public long total() {
            return steps.stream().mapToLong(Step::nanos).sum();
        }
    }

    /// @param nanos since the step before
    public record Step(String name, long nanos) {}

    private static final StepClock OFF = new StepClock("", "", List.of(), false);

    private final String journey;
    private final String containerId;
    private final List<Step> steps;
    private final boolean on;
    private long last;

    private StepClock(String journey, String containerId, List<Step> steps, boolean on) {
        this.journey = journey;
        this.containerId = containerId;
        this.steps = steps;
        this.on = on;
        this.last = on ? System.nanoTime() : 0;
    }

    /// A clock that measures nothing.
    public static StepClock off() {
        return OFF;
    }

    public static StepClock start(String journey, String containerId) {
        return new StepClock(journey, containerId, new ArrayList<>(), true);
    }

    /// The step that was done since the last call.
    public void did(String name) {
        if (on) {
            long now = System.nanoTime();
            steps.add(new Step(name, now - last));
            last = now;
        }
    }

    /// Tells it.
    public void tell(Consumer<Report> listener) {
        if (on) {
            listener.accept(new Report(journey, containerId, List.copyOf(steps)));
        }
    }
}
