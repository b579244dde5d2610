package sampan.gateway.traces;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Writes protobuf's wire format, field by field.
final class ProtobufWriter {
    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED_32 = 5;
    private static final int VARINT_BYTES_MAX = 10;
    private static final int LOW = 0x7F;

    private byte[] out;
    private int length;

    ProtobufWriter(int capacity) {
        out = new byte[capacity];
    }

    byte[] bytes() {
        return Arrays.copyOf(out, length);
    }

    private void reserve(int more) {
        if (length + more > out.length) {
            out = Arrays.copyOf(out, Math.max(out.length * 2, length + more));
        }
    }

    private void tag(int field, int type) {
        varint((long) field << 3 | type);
    }

    private void varint(long value) {
        reserve(VARINT_BYTES_MAX);
        long rest = value;
        for (; (rest & ~LOW) != 0; rest >>>= 7) {
            out[length++] = (byte) (rest | ~LOW);
        }
        out[length++] = (byte) rest;
    }

    private void little(long value, int bytes) {
        reserve(bytes);
        for (int i = 0; i < bytes; i++) {
            out[length++] = (byte) (value >>> 8 * i);
        }
    }

    void number(int field, long value) {
        tag(field, VARINT);
        varint(value);
    }

    void fixed64(int field, long value) {
        tag(field, FIXED_64);
        little(value, Long.BYTES);
    }

    void fixed32(int field, int value) {
        tag(field, FIXED_32);
        little(value, Integer.BYTES);
    }

    void text(int field, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        tag(field, BYTES);
        varint(bytes.length);
        reserve(bytes.length);
        System.arraycopy(bytes, 0, out, length, bytes.length);
        length += bytes.length;
    }

    /// Octets, the highest first.
    void octets(int field, long... values) {
        tag(field, BYTES);
        varint((long) values.length * Long.BYTES);
        for (long value : values) {
            little(Long.reverseBytes(value), Long.BYTES);
        }
    }

    /// Begins a message; what is written up to [#end] is its content.
    int begin(int field) {
        tag(field, BYTES);
        return length;
    }

    void end(int begun) {
        int size = length - begun;
        varint(size);
        int prefix = length - begun - size;
        byte[] told = Arrays.copyOfRange(out, length - prefix, length);
        System.arraycopy(out, begun, out, begun + prefix, size);
        System.arraycopy(told, 0, out, begun, prefix);
    }
}
