package sampan.system;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/// Writes tar entries (POSIX ustar), good and bad ones: every field as the test says it.
final class Tar {
    static final char FILE = '0';
    static final char HARD_LINK = '1';
    static final char SYMLINK = '2';
    static final char CHARACTER_DEVICE = '3';
    static final char BLOCK_DEVICE = '4';
    static final char DIRECTORY = '5';
    static final char FIFO = '6';
    static final char GNU_LONG_NAME = 'L';
    static final char PAX = 'x';

    private static final int BLOCK = 512;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /// One header.
    ///
    /// @param size as it is written, whatever follows
    record Entry(String name, char type, int mode, long size, String link) {}

    Tar file(String name, String text) {
        return file(name, text.getBytes(StandardCharsets.UTF_8), 0644);
    }

    Tar file(String name, byte[] content, int mode) {
        entry(new Entry(name, FILE, mode, content.length, ""));
        return raw(content).pad();
    }

    Tar directory(String name) {
        return entry(new Entry(name, DIRECTORY, 0755, 0, ""));
    }

    Tar symlink(String name, String target) {
        return entry(new Entry(name, SYMLINK, 0777, 0, target));
    }

    Tar hardLink(String name, String target) {
        return entry(new Entry(name, HARD_LINK, 0644, 0, target));
    }

    Tar pax(String... keysAndValues) {
        StringBuilder records = new StringBuilder();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            String rest = " " + keysAndValues[i] + "=" + keysAndValues[i + 1] + "\n";
            int length = rest.length() + 1;
            while (Integer.toString(length).length() + rest.length() != length) {
                length++;
            }
            records.append(length).append(rest);
        }
        return special(PAX, records.toString());
    }

    Tar special(char type, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        entry(new Entry("././@Special", type, 0644, bytes.length, ""));
        return raw(bytes).pad();
    }

    Tar entry(Entry entry) {
        return raw(header(entry));
    }

    static byte[] header(Entry entry) {
        byte[] head = new byte[BLOCK];
        byte[] name = entry.name().getBytes(StandardCharsets.UTF_8);
        System.arraycopy(name, 0, head, 0, Math.min(name.length, 100));
        octal(head, 100, 8, entry.mode());
        octal(head, 108, 8, 0);
        octal(head, 116, 8, 0);
        octal(head, 124, 12, entry.size());
        octal(head, 136, 12, 1_577_836_800L);
        head[156] = (byte) entry.type();
        byte[] link = entry.link().getBytes(StandardCharsets.UTF_8);
        System.arraycopy(link, 0, head, 157, Math.min(link.length, 100));
        System.arraycopy("ustar\00000".getBytes(StandardCharsets.US_ASCII), 0, head, 257, 8);
        octal(head, 329, 8, 1);
        octal(head, 337, 8, 3);
        sum(head);
        return head;
    }

    /// Sets the checksum.
    static void sum(byte[] head) {
        Arrays.fill(head, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : head) {
            sum += b & 0xFF;
        }
        byte[] text =
                String.format(Locale.ROOT, "%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, head, 148, 8);
    }

    private static void octal(byte[] head, int at, int length, long value) {
        String text = String.format(Locale.ROOT, "%0" + (length - 1) + "o", value);
        System.arraycopy(text.getBytes(StandardCharsets.US_ASCII), 0, head, at, length - 1);
    }

    Tar raw(byte[] bytes) {
        out.write(bytes, 0, bytes.length);
        return this;
    }

    Tar pad() {
        return raw(new byte[(BLOCK - out.size() % BLOCK) % BLOCK]);
    }

    /// The archive with its two empty blocks at the end.
    byte[] end() {
        raw(new byte[2 * BLOCK]);
        return out.toByteArray();
    }

    /// The archive as it is, without an end.
    byte[] cut() {
        return out.toByteArray();
    }
}
