package sampan.runtime.plan;

import java.nio.ByteBuffer;
import java.util.List;

/// A finished plan. Immutable; may be launched any number of times.
///
/// The launcher must be given exactly [#fdCount] descriptors, in the order of the slots that the
/// plan's maker numbered from 0.
public final class LaunchPlan {
    private final byte[] buffer;
    private final int length;
    private final int steps;
    private final int fdCount;
    private final List<String> warnings;
    private final List<Purpose> purposes;

    /// What the steps from one on are for; see [PlanWriter#purpose].
    record Purpose(int from, String text) {}

    LaunchPlan(
            byte[] buffer,
            int length,
            int steps,
            int fdCount,
            List<String> warnings,
            List<Purpose> purposes) {
        this.buffer = buffer;
        this.length = length;
        this.steps = steps;
        this.fdCount = fdCount;
        this.warnings = List.copyOf(warnings);
        this.purposes = List.copyOf(purposes);
    }

    /// The plan as the launcher reads it: a read-only view, no copy.
    public ByteBuffer bytes() {
        return ByteBuffer.wrap(buffer, 0, length).asReadOnlyBuffer();
    }

    /// Bytes of the plan.
    public int size() {
        return length;
    }

    /// How many steps it has; they are numbered from 0.
    public int steps() {
        return steps;
    }

    /// How many descriptors the launcher needs.
    public int fdCount() {
        return fdCount;
    }

    /// What was asked for and left out, in words for the user; seldom any.
    public List<String> warnings() {
        return warnings;
    }

    /// What a step is for, in words that a message about its failure begins with; may be empty.
    public String purpose(int step) {
        String text = "";
        for (Purpose purpose : purposes) {
            if (purpose.from > step) {
                break;
            }
            text = purpose.text;
        }
        return text;
    }

    @Override
    public String toString() {
        return "launch plan of " + steps + " steps, " + length + " bytes";
    }
}
