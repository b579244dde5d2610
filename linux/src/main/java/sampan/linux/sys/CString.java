package sampan.linux.sys;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import sampan.errors.SampanException;

/// Strings for the kernel and from it. A file name is bytes, not text: what is not UTF-8 is carried
/// through Java as lone low surrogates (byte `0xNN` as `U+DCNN`), so that every name comes back to
/// the kernel as it was. Printing such a name shows replacement characters.
public final class CString {
    private static final char REPLACEMENT = '\uFFFD';
    private static final int ESCAPE = 0xDC00;

    private CString() {}

    /// Copies the string with a closing NUL to native memory. A NUL inside is refused, for the
    /// kernel would see a shorter name than whoever checked it.
    public static MemorySegment allocate(SegmentAllocator arena, String text) {
        byte[] bytes = encode(text);
        MemorySegment memory = arena.allocate(bytes.length + 1L);
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        memory.set(ValueLayout.JAVA_BYTE, bytes.length, (byte) 0);
        return memory;
    }

    /// The address of a copy that lives as long as the arena.
    public static long address(SegmentAllocator arena, String text) {
        return allocate(arena, text).address();
    }

    /// The bytes of a name, without a closing NUL.
    public static byte[] encode(String text) {
        boolean escaped = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                throw SampanException.invalid("a name with a NUL byte in it: use one without");
            }
            escaped |= isEscape(text, i);
        }
        return escaped ? encodeEscaped(text) : text.getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isEscape(String text, int i) {
        char c = text.charAt(i);
        return c >= ESCAPE + 0x80
                && c <= ESCAPE + 0xFF
                && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }

    private static byte[] encodeEscaped(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length() + 16);
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            if (isEscape(text, i)) {
                out.writeBytes(text.substring(start, i).getBytes(StandardCharsets.UTF_8));
                out.write(text.charAt(i) - ESCAPE);
                start = i + 1;
            }
        }
        out.writeBytes(text.substring(start).getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    /// The name that these bytes are; [#encode] of it gives the same bytes.
    public static String decode(byte[] bytes, int offset, int length) {
        String text = new String(bytes, offset, length, StandardCharsets.UTF_8);
        return text.indexOf(REPLACEMENT) < 0 ? text : decodeEscaping(bytes, offset, length);
    }

    public static String decode(byte[] bytes) {
        return decode(bytes, 0, bytes.length);
    }

    /// The bytes up to the first NUL, at most to the end of the segment.
    public static String decode(MemorySegment memory) {
        long end = 0;
        while (end < memory.byteSize() && memory.get(ValueLayout.JAVA_BYTE, end) != 0) {
            end++;
        }
        return decode(memory.asSlice(0, end).toArray(ValueLayout.JAVA_BYTE));
    }

    private static String decodeEscaping(byte[] bytes, int offset, int length) {
        StringBuilder text = new StringBuilder(length);
        int end = offset + length;
        for (int i = offset; i < end; ) {
            int size = sequence(bytes, i, end);
            if (size == 0) {
                text.append((char) (ESCAPE + (bytes[i] & 0xFF)));
                i++;
            } else {
                text.append(new String(bytes, i, size, StandardCharsets.UTF_8));
                i += size;
            }
        }
        return text.toString();
    }

    /// The length of the well-formed UTF-8 sequence at `i`, or 0.
    private static int sequence(byte[] bytes, int i, int end) {
        int lead = bytes[i] & 0xFF;
        int size = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
        if (size == 0 || i + size > end) {
            return 0;
        }
        String text = new String(bytes, i, size, StandardCharsets.UTF_8);
        return Arrays.equals(
                        text.getBytes(StandardCharsets.UTF_8),
                        Arrays.copyOfRange(bytes, i, i + size))
                ? size
                : 0;
    }
}
