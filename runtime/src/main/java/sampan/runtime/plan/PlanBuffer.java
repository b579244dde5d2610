package sampan.runtime.plan;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import sampan.errors.SampanException;

/// The growing bytes of a plan and the encoding of numbers and texts in it.
final class PlanBuffer {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int FIRST_BYTES = 16 << 10;
    private static final int LENGTH_BYTES = 4;

    private byte[] bytes = new byte[FIRST_BYTES];
    private int size;

    int size() {
        return size;
    }

    byte[] array() {
        return bytes;
    }

    void putLong(long value) {
        reserve(8);
        LONG.set(bytes, size, value);
        size += 8;
    }

    void putInt(int value) {
        reserve(4);
        INT.set(bytes, size, value);
        size += 4;
    }

    void putShort(int value) {
        reserve(2);
        SHORT.set(bytes, size, (short) value);
        size += 2;
    }

    void putByte(int value) {
        reserve(1);
        bytes[size++] = (byte) value;
    }

    void setInt(int at, int value) {
        INT.set(bytes, at, value);
    }

    void setShort(int at, int value) {
        SHORT.set(bytes, at, (short) value);
    }

    /// A text: no NUL in it.
    void putText(String text) {
        int at = openText();
        append(text);
        closeText(at);
    }

    void putBlob(ByteBuffer blob) {
        int at = openText();
        int length = blob.remaining();
        reserve(length);
        blob.get(blob.position(), bytes, size, length);
        size += length;
        closeText(at);
    }

    /// A list: each text followed by a NUL.
    void putList(Iterable<String> texts) {
        int at = openText();
        for (String text : texts) {
            append(text);
            putByte(0);
        }
        closeText(at);
    }

    private int openText() {
        int at = size;
        putInt(0);
        return at;
    }

    private void closeText(int at) {
        setInt(at, size - at - LENGTH_BYTES);
        putByte(0);
        int padded = at + (size - at + 7 & ~7);
        reserve(padded - size);
        Arrays.fill(bytes, size, padded, (byte) 0);
        size = padded;
    }

    // Most texts are ASCII: they are copied without an array in between.
    private void append(String text) {
        int length = text.length();
        reserve(length);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c == 0) {
                throw SampanException.invalid("NUL in \"" + text.substring(0, i) + "\"");
            }
            if (c >= 0x80) {
                appendUnicode(text, i);
                return;
            }
            bytes[size + i] = (byte) c;
        }
        size += length;
    }

    private void appendUnicode(String text, int asciiLength) {
        size += asciiLength;
        byte[] rest = text.substring(asciiLength).getBytes(StandardCharsets.UTF_8);
        for (byte b : rest) {
            if (b == 0) {
                throw SampanException.invalid("NUL in \"" + text.replace('\0', '?') + "\"");
            }
        }
        reserve(rest.length);
        System.arraycopy(rest, 0, bytes, size, rest.length);
        size += rest.length;
    }

    private void reserve(int more) {
        long needed = (long) size + more;
        if (needed <= bytes.length) {
            return;
        }
        if (needed > PlanWriter.SIZE_MAX) {
            throw SampanException.invalid(
                    "launch plan is larger than "
                            + PlanWriter.SIZE_MAX
                            + " bytes: give fewer mounts, arguments or variables");
        }
        int doubled = Math.min(bytes.length * 2, PlanWriter.SIZE_MAX);
        bytes = Arrays.copyOf(bytes, Math.max((int) needed, doubled));
    }
}
