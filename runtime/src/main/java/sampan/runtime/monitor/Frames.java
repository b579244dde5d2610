package sampan.runtime.monitor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// What clients say on attach.sock: `struct mon_hello` and `struct mon_frame` of monitor.h.
final class Frames {
    static final int MAGIC = 0x314e4d53;
    static final int ROLE_ATTACH = 1;
    static final int ROLE_SUPERVISE = 2;
    static final int HELLO_STDIN = 1;
    static final int HELLO_STDOUT = 2;
    static final int HELLO_STDERR = 4;
    static final int HELLO_RAW = 8;
    static final int HELLO_FDS = 16;

    static final int STDIN = 0;
    static final int STDIN_EOF = 1;
    static final int RESIZE = 2;
    static final int START = 3;
    static final int LOG_REOPEN = 4;

    static final int HEADER_BYTES = 8;
    static final int FRAME_MAX = 64 << 10;
    static final int KEYS_MAX = 32;

    private static final int HELLO_BYTES = 16;

    private Frames() {}

    /// A hello without its keys, which follow as bytes of their own.
    static byte[] hello(int role, int flags, byte[] keys) {
        if (keys.length > KEYS_MAX) {
            throw new IllegalArgumentException("more than " + KEYS_MAX + " detach keys");
        }
        return ByteBuffer.allocate(HELLO_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(MAGIC)
                .putInt(role)
                .putInt(flags)
                .putInt(keys.length)
                .array();
    }

    static byte[] keys(String keys) {
        return keys.getBytes(StandardCharsets.ISO_8859_1);
    }

    static byte[] of(int type, byte[] body) {
        return header(type, body.length, body.length).put(body).array();
    }

    static byte[] resize(int rows, int columns) {
        return header(RESIZE, 4, 4).putShort((short) rows).putShort((short) columns).array();
    }

    /// Room for a header and `room` bytes, the header written.
    static ByteBuffer header(int type, int length, int room) {
        return ByteBuffer.allocate(HEADER_BYTES + room)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(type)
                .putInt(length);
    }
}
