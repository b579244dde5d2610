package sampan.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/// The head of one request: a view of the bytes in the connection's buffer, valid until the handler
/// returns. Field names compare without regard to case; values come without surrounding blanks, as
/// ISO 8859-1.
public final class RequestHead {
    /// The minor version that stands for the beginning of HTTP/2 (RFC 9113, section 3.4), which
    /// looks like a head.
    static final int PREFACE = 2;

    private static final int FIELDS_AT_FIRST = 32;
    private static final int SLOTS = 4;

    private ByteBuffer bytes = ByteBuffer.allocate(0);
    private int[] fields = new int[FIELDS_AT_FIRST * SLOTS];
    private int count;

    private String method = "";
    private String target = "";
    private int queryStart;
    private int minor;
    private long contentLength = -1;
    private boolean chunked;
    private boolean keepAlive;
    private boolean expectsContinue;

    RequestHead() {}

    void reset(ByteBuffer buffer) {
        bytes = buffer;
        count = 0;
        contentLength = -1;
        chunked = false;
        keepAlive = false;
        expectsContinue = false;
    }

    /// The client speaks HTTP/2 from its first byte on.
    public boolean isPreface() {
        return minor == PREFACE;
    }

    void line(String parsedMethod, String parsedTarget, int parsedMinor) {
        method = parsedMethod;
        target = parsedTarget;
        minor = parsedMinor;
        int mark = parsedTarget.indexOf('?');
        queryStart = mark < 0 ? parsedTarget.length() : mark;
    }

    void framing(long length, boolean isChunked) {
        contentLength = length;
        chunked = isChunked;
    }

    void persistence(boolean keep, boolean expects) {
        keepAlive = keep;
        expectsContinue = expects;
    }

    void field(int nameStart, int nameEnd, int valueStart, int valueEnd) {
        int at = count * SLOTS;
        if (at == fields.length) {
            fields = Arrays.copyOf(fields, fields.length * 2);
        }
        fields[at] = nameStart;
        fields[at + 1] = nameEnd;
        fields[at + 2] = valueStart;
        fields[at + 3] = valueEnd;
        count++;
    }

    public String method() {
        return method;
    }

    /// As sent: path and query, still percent-encoded.
    public String target() {
        return target;
    }

    /// The path as sent, still percent-encoded.
    public String path() {
        return target.substring(0, queryStart);
    }

    /// What stands after the question mark, still encoded; empty where there is none.
    public String query() {
        return queryStart == target.length() ? "" : target.substring(queryStart + 1);
    }

    /// 1 for HTTP/1.1, 0 for HTTP/1.0.
    public int minorVersion() {
        return minor;
    }

    /// Bytes of the body; -1 where it is chunked or there is none.
    public long contentLength() {
        return contentLength;
    }

    public boolean chunked() {
        return chunked;
    }

    /// The client sends a body of at least one byte, or one of unknown length.
    public boolean hasBody() {
        return chunked || contentLength > 0;
    }

    /// The client would send another request on this connection.
    public boolean keepAlive() {
        return keepAlive;
    }

    /// The client waits for `100 Continue` before it sends the body.
    public boolean expectsContinue() {
        return expectsContinue;
    }

    /// Number of header fields.
    public int fields() {
        return count;
    }

    public String name(int index) {
        return text(fields[index * SLOTS], fields[index * SLOTS + 1]);
    }

    public String value(int index) {
        return text(fields[index * SLOTS + 2], fields[index * SLOTS + 3]);
    }

    /// The first field of that name.
    public Optional<String> header(String name) {
        int index = find(name, 0);
        return index < 0 ? Optional.empty() : Optional.of(value(index));
    }

    /// Whether one of the comma-separated words of the fields of that name is this one.
    public boolean hasToken(String name, String token) {
        for (int i = find(name, 0); i >= 0; i = find(name, i + 1)) {
            for (String word : value(i).split(",", -1)) {
                if (word.strip().equalsIgnoreCase(token)) {
                    return true;
                }
            }
        }
        return false;
    }

    /// Index of the first field of that name from `from` on, or -1.
    public int find(String name, int from) {
        for (int i = from; i < count; i++) {
            if (isNamed(i, name)) {
                return i;
            }
        }
        return -1;
    }

    boolean isNamed(int index, String name) {
        int start = fields[index * SLOTS];
        if (fields[index * SLOTS + 1] - start != name.length()) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (lower(bytes.get(start + i)) != lower((byte) name.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private String text(int start, int end) {
        byte[] copy = new byte[end - start];
        bytes.get(start, copy);
        return new String(copy, StandardCharsets.ISO_8859_1);
    }

    private static int lower(byte c) {
        return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
    }
}
