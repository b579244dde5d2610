package sampan.oci.tar;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.sys.CString;

/// Writes an archive to a stream, which stays the caller's to close. After [#begin] of a file its
/// bytes follow by [#write], then [#end], which fills up with zeroes what a file that shrank while
/// it was read came short of. One thread at a time.
public final class TarWriter {
    private static final byte[] ZEROES = new byte[8192];
    private static final long OCTAL_12_MAX = 077777777777L;
    private static final int OCTAL_8_MAX = 07777777;
    private static final String PAX_NAME = "PaxHeaders.0/";

    private final OutputStream out;
    private long remaining;
    private int padding;

    public TarWriter(OutputStream out) {
        this.out = out;
    }

    /// Writes the header. A directory's name gets its closing slash here.
    public void begin(TarEntry entry) {
        if (remaining > 0) {
            throw new IllegalStateException("the entry before lacks " + remaining + " bytes");
        }
        boolean slash = entry.type() == TarEntry.Type.DIRECTORY && !entry.name().endsWith("/");
        byte[] name = CString.encode(slash ? entry.name() + "/" : entry.name());
        byte[] link = CString.encode(entry.linkName());
        byte[] header = new byte[Header.SIZE];
        TreeMap<String, byte[]> pax = new TreeMap<>();
        putName(header, name, pax);
        if (link.length > Header.NAME_SIZE) {
            pax.put("linkpath", link);
        }
        System.arraycopy(link, 0, header, Header.LINK, Math.min(link.length, Header.NAME_SIZE));
        putNumbers(header, entry, pax);
        for (Map.Entry<String, byte[]> attribute : entry.xattrs().entrySet()) {
            pax.put(PaxRecords.XATTR + attribute.getKey(), attribute.getValue());
        }
        header[Header.FLAG] = (byte) entry.type().flag();
        if (!pax.isEmpty()) {
            writePax(pax, name);
        }
        writeHeader(header);
        remaining = entry.type() == TarEntry.Type.FILE ? entry.size() : 0;
        padding = (int) (-remaining & (Header.SIZE - 1));
    }

    /// A whole small file.
    public void file(String name, int mode, byte[] content) {
        begin(TarEntry.file(name, mode, content.length));
        write(content, 0, content.length);
        end();
    }

    /// Bytes of the current file; more than its header promised are dropped.
    public void write(byte[] content, int offset, int length) {
        int size = (int) Math.min(length, remaining);
        emit(content, offset, size);
        remaining -= size;
    }

    /// Bytes that the current file still lacks.
    public long remaining() {
        return remaining;
    }

    /// Ends the current entry.
    public void end() {
        zeroes(remaining + padding);
        remaining = 0;
        padding = 0;
    }

    /// Ends the archive.
    public void finish() {
        zeroes(2L * Header.SIZE);
        try {
            out.flush();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private static void putName(byte[] header, byte[] name, Map<String, byte[]> pax) {
        if (name.length <= Header.NAME_SIZE) {
            System.arraycopy(name, 0, header, 0, name.length);
            return;
        }
        int cut = cut(name);
        if (cut < 0) {
            pax.put("path", name);
            System.arraycopy(name, 0, header, 0, Header.NAME_SIZE);
            return;
        }
        System.arraycopy(name, 0, header, Header.PREFIX, cut);
        System.arraycopy(name, cut + 1, header, 0, name.length - cut - 1);
    }

    /// Where a long name is cut into prefix and name: at the last slash that leaves both short
    /// enough; -1 where there is none.
    private static int cut(byte[] name) {
        for (int i = Math.min(Header.PREFIX_SIZE, name.length - 2); i > 0; i--) {
            if (name[i] == '/') {
                return name.length - i - 1 <= Header.NAME_SIZE ? i : -1;
            }
        }
        return -1;
    }

    private static void putNumbers(byte[] header, TarEntry entry, Map<String, byte[]> pax) {
        octal(header, Header.MODE, 8, entry.mode());
        putId(header, Header.UID, entry.uid(), "uid", pax);
        putId(header, Header.GID, entry.gid(), "gid", pax);
        long size = entry.type() == TarEntry.Type.FILE ? entry.size() : 0;
        if (size > OCTAL_12_MAX) {
            pax.put("size", ascii(Long.toString(size)));
        }
        octal(header, Header.LENGTH, 12, Math.min(size, OCTAL_12_MAX));
        long seconds = entry.mtimeSec();
        if (seconds < 0 || seconds > OCTAL_12_MAX || entry.mtimeNsec() != 0) {
            pax.put("mtime", ascii(time(seconds, entry.mtimeNsec())));
        }
        octal(header, Header.MTIME, 12, Math.clamp(seconds, 0, OCTAL_12_MAX));
        octal(header, Header.DEV_MAJOR, 8, entry.devMajor() & OCTAL_8_MAX);
        octal(header, Header.DEV_MINOR, 8, entry.devMinor() & OCTAL_8_MAX);
    }

    private static void putId(
            byte[] header, int offset, int id, String key, Map<String, byte[]> pax) {
        long value = Integer.toUnsignedLong(id);
        if (value > OCTAL_8_MAX) {
            pax.put(key, ascii(Long.toString(value)));
        }
        octal(header, offset, 8, value > OCTAL_8_MAX ? 0 : value);
    }

    private static String time(long seconds, int nanoseconds) {
        BigDecimal time = BigDecimal.valueOf(seconds).add(BigDecimal.valueOf(nanoseconds, 9));
        return time.signum() == 0 ? "0" : time.stripTrailingZeros().toPlainString();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void octal(byte[] header, int offset, int size, long value) {
        long rest = value;
        for (int i = offset + size - 2; i >= offset; i--) {
            header[i] = (byte) ('0' + (rest & 7));
            rest >>= 3;
        }
    }

    private void writePax(TreeMap<String, byte[]> pax, byte[] name) {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        pax.forEach((key, value) -> records.writeBytes(PaxRecords.record(key, value)));
        byte[] header = new byte[Header.SIZE];
        byte[] prefix = ascii(PAX_NAME);
        int rest = Math.min(name.length, Header.NAME_SIZE - prefix.length);
        System.arraycopy(prefix, 0, header, 0, prefix.length);
        System.arraycopy(name, name.length - rest, header, prefix.length, rest);
        octal(header, Header.MODE, 8, 0644);
        octal(header, Header.UID, 8, 0);
        octal(header, Header.GID, 8, 0);
        octal(header, Header.LENGTH, 12, records.size());
        octal(header, Header.MTIME, 12, 0);
        octal(header, Header.DEV_MAJOR, 8, 0);
        octal(header, Header.DEV_MINOR, 8, 0);
        header[Header.FLAG] = 'x';
        writeHeader(header);
        emit(records.toByteArray(), 0, records.size());
        zeroes(-records.size() & (Header.SIZE - 1));
    }

    private void writeHeader(byte[] header) {
        byte[] magic = ascii("ustar\00000");
        System.arraycopy(magic, 0, header, Header.MAGIC, magic.length);
        Arrays.fill(header, Header.SUM, Header.SUM + 8, (byte) ' ');
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xFF;
        }
        octal(header, Header.SUM, 7, sum);
        header[Header.SUM + 6] = 0;
        emit(header, 0, Header.SIZE);
    }

    private void zeroes(long count) {
        long left = count;
        while (left > 0) {
            int size = (int) Math.min(left, ZEROES.length);
            emit(ZEROES, 0, size);
            left -= size;
        }
    }

    private void emit(byte[] content, int offset, int length) {
        try {
            out.write(content, offset, length);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private static SampanException failed(IOException e) {
        return new SampanException(
                ErrorCode.UNAVAILABLE, "writing the archive failed: " + e.getMessage(), e);
    }
}
