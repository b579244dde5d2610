package sampan.runtime.plan;

import java.nio.ByteBuffer;

/// Writes the arguments of one step after the other and checks that they are those of its op.
final class StepBytes {
    private static final int SIZE_AT = 4;

    private final PlanBuffer out;
    private Op op = Op.CLOSE;
    private int start;
    private int ints;
    private int strs;

    StepBytes(PlanBuffer out) {
        this.out = out;
    }

    StepBytes begin(Op next, Stage stage, int flags) {
        op = next;
        start = out.size();
        ints = 0;
        strs = 0;
        out.putShort(next.code());
        out.putByte(stage.number());
        out.putByte(flags);
        out.putInt(0);
        return this;
    }

    StepBytes i(long value) {
        ints++;
        out.putLong(value);
        return this;
    }

    StepBytes b(boolean value) {
        return i(value ? 1 : 0);
    }

    StepBytes s(String text) {
        strs++;
        out.putText(text);
        return this;
    }

    StepBytes list(Iterable<String> texts) {
        strs++;
        out.putList(texts);
        return this;
    }

    StepBytes blob(byte[] bytes) {
        return blob(ByteBuffer.wrap(bytes));
    }

    StepBytes blob(ByteBuffer bytes) {
        strs++;
        out.putBlob(bytes);
        return this;
    }

    void end() {
        if (ints != op.ints().size() || strs != op.strs().size()) {
            throw new IllegalStateException(op + " with " + ints + " numbers, " + strs + " texts");
        }
        out.setInt(start + SIZE_AT, out.size() - start);
    }
}
