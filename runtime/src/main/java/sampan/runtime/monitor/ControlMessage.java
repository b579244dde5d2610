package sampan.runtime.monitor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import sampan.runtime.plan.Op;
import sampan.runtime.plan.Stage;

/// `struct mon_message` of monitor.h with its text.
record ControlMessage(int type, long a, long b, long c, long d, String text) {
    static final int CREATED = 1;
    static final int STARTED = 2;
    static final int FAILED = 3;
    static final int EXITED = 4;
    static final int STATE = 5;
    static final int DETACHED = 6;
    static final int OOM_SEEN = 7;
    static final int GO = 16;
    static final int START = 17;
    static final int RESIZE = 18;

    static final int STATE_CREATED = 0;
    static final int STATE_RUNNING = 1;

    static final int HEADER_BYTES = 40;
    static final int TEXT_MAX = 4096;
    static final int BYTES_MAX = HEADER_BYTES + TEXT_MAX;

    private static final long NANOS = 1_000_000_000L;
    private static final int STAGE_SHIFT = 16;
    private static final int CODE_MASK = 0xffff;

    static ControlMessage order(int type, long a, long b) {
        return new ControlMessage(type, a, b, 0, 0, "");
    }

    byte[] encode() {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(HEADER_BYTES + bytes.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(type)
                .putInt(bytes.length)
                .putLong(a)
                .putLong(b)
                .putLong(c)
                .putLong(d)
                .put(bytes)
                .array();
    }

    /// How many bytes the message has whose header stands at the buffer's position; -1 where it is
    /// none.
    static int size(ByteBuffer bytes) {
        int text = bytes.order(ByteOrder.LITTLE_ENDIAN).getInt(bytes.position() + 4);
        return text < 0 || text > TEXT_MAX ? -1 : HEADER_BYTES + text;
    }

    /// Takes a whole message, whose [#size] was checked, out of the buffer.
    static ControlMessage decode(ByteBuffer bytes) {
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        int type = bytes.getInt();
        byte[] text = new byte[bytes.getInt()];
        long a = bytes.getLong();
        long b = bytes.getLong();
        long c = bytes.getLong();
        long d = bytes.getLong();
        bytes.get(text);
        return new ControlMessage(type, a, b, c, d, new String(text, StandardCharsets.UTF_8));
    }

    int pid() {
        return (int) a;
    }

    static Instant instant(long nanos) {
        return Instant.ofEpochSecond(nanos / NANOS, nanos % NANOS);
    }

    StepFailure failure() {
        int end = text.indexOf('\0');
        int stage = (int) (c >> STAGE_SHIFT);
        return new StepFailure(
                (int) a,
                call((int) c & CODE_MASK),
                Stage.word(stage),
                (int) b,
                end < 0 ? text : text.substring(0, end),
                end < 0 ? "" : text.substring(end + 1).strip(),
                (int) d);
    }

    static String call(int code) {
        return Op.ofCode(code).map(Op::name).orElse("op " + code);
    }
}
