package sampan.runtime.plan;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import sampan.errors.SampanException;

/// The bytes of a plan as numbered steps for people.
///
/// @param fdCount descriptors that the launcher is given
public record PlanListing(int fdCount, List<Step> steps) {
    private static final int OP_HEADER_BYTES = 8;
    private static final int LENGTH_BYTES = 4;

    public PlanListing {
        steps = List.copyOf(steps);
    }

    /// One step.
    ///
    /// @param number from 0, as failures name it
    /// @param flags the step's own flags in words, empty for none
    /// @param arguments `name=value`, decoded; arguments at their neutral value are left out
    public record Step(int number, Stage stage, Op op, String flags, List<String> arguments) {
        public Step {
            arguments = List.copyOf(arguments);
        }

        /// One line without the number: `CHILD MOVE_MOUNT mount=7 target=8 ...`.
        public String text() {
            StringBuilder line = new StringBuilder(op.name());
            for (String argument : arguments) {
                line.append(' ').append(argument);
            }
            if (!flags.isEmpty()) {
                line.append(" [").append(flags).append(']');
            }
            return line.toString();
        }
    }

    public static PlanListing of(LaunchPlan plan) {
        return of(plan.bytes());
    }

    /// Decodes a plan.
    ///
    /// @throws SampanException INVALID where the bytes are no plan of this version
    public static PlanListing of(ByteBuffer bytes) {
        ByteBuffer plan = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        check(plan.remaining() >= PlanWriter.HEADER_BYTES, 0, "header");
        check(plan.getInt() == PlanWriter.MAGIC, 0, "magic");
        check(plan.getShort() == PlanWriter.VERSION, 0, "version");
        int count = Short.toUnsignedInt(plan.getShort());
        check(count <= PlanWriter.OPS_MAX, 0, "step count");
        int size = plan.getInt();
        int fdCount = plan.getInt();
        check(size == PlanWriter.HEADER_BYTES + plan.remaining(), 0, "size");
        check(fdCount >= 0 && fdCount <= PlanWriter.SLOTS_MAX, 0, "descriptor count");
        List<Step> steps = new ArrayList<>(count);
        for (int number = 0; number < count; number++) {
            steps.add(step(plan, number));
        }
        check(!plan.hasRemaining(), count, "trailing bytes");
        return new PlanListing(fdCount, steps);
    }

    private static Step step(ByteBuffer plan, int number) {
        check(plan.remaining() >= OP_HEADER_BYTES, number, "step header");
        int start = plan.position();
        int code = Short.toUnsignedInt(plan.getShort());
        int stage = Byte.toUnsignedInt(plan.get());
        int flags = Byte.toUnsignedInt(plan.get());
        int size = plan.getInt();
        check(
                size >= OP_HEADER_BYTES && size - OP_HEADER_BYTES <= plan.remaining(),
                number,
                "size");
        check(Stage.of(stage).isPresent(), number, "stage");
        Op op = Op.ofCode(code).orElseThrow(() -> malformed(number, "code " + code));
        ByteBuffer step = plan.slice(start, size).order(ByteOrder.LITTLE_ENDIAN);
        step.position(OP_HEADER_BYTES);
        plan.position(start + size);
        List<String> arguments = new ArrayList<>();
        check(step.remaining() >= op.ints().size() * Long.BYTES, number, "numbers");
        for (Op.Arg arg : op.ints()) {
            long value = step.getLong();
            String shown = ArgumentText.number(arg.kind(), value);
            if (!shown.isEmpty()) {
                arguments.add(arg.name() + "=" + shown);
            }
        }
        for (Op.Arg arg : op.strs()) {
            byte[] value = text(step, number);
            if (value.length > 0) {
                arguments.add(arg.name() + "=" + ArgumentText.text(arg.kind(), value));
            }
        }
        check(!step.hasRemaining(), number, "trailing bytes");
        return new Step(
                number,
                Stage.of(stage).orElseThrow(),
                op,
                ArgumentText.stepFlags(flags),
                arguments);
    }

    private static byte[] text(ByteBuffer step, int number) {
        check(step.remaining() >= Long.BYTES, number, "text");
        int start = step.position();
        int length = step.getInt();
        long padded = (LENGTH_BYTES + (long) length + 1 + 7) & ~7L;
        check(length >= 0 && padded <= step.limit() - start, number, "text length");
        byte[] value = new byte[length];
        step.get(value);
        step.position(start + (int) padded);
        return value;
    }

    private static void check(boolean holds, int step, String what) {
        if (!holds) {
            throw malformed(step, what);
        }
    }

    private static SampanException malformed(int step, String what) {
        return SampanException.invalid("launch plan is malformed at step " + step + ": " + what);
    }

    /// All steps, one a line, stages marked.
    public String text() {
        StringBuilder text = new StringBuilder();
        for (Step step : steps) {
            text.append(String.format("%4d  %-7s  ", step.number(), step.stage().word()))
                    .append(step.text())
                    .append('\n');
        }
        return text.toString();
    }

    static String decode(byte[] text) {
        return new String(text, StandardCharsets.UTF_8);
    }
}
