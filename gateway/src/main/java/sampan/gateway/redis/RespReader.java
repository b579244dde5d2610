package sampan.gateway.redis;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Reads replies of version 2 of Redis' protocol (redis.io/docs, "Redis serialization protocol"),
/// bounded and strict: what is no reply ends the connection. Blocks.
final class RespReader {
    /// What a server can say.
    sealed interface Reply {}

    /// A status.
    record Status(String text) implements Reply {}

    /// A failure of one command; its first word is its kind.
    record Failure(String text) implements Reply {}

    record Whole(long value) implements Reply {}

    /// A bulk string; none where it is null.
    record Text(String text) implements Reply {}

    /// A null of any kind.
    record Nothing() implements Reply {}

    record Replies(List<Reply> of) implements Reply {}

    private static final int LINE_BYTES_MAX = 4 << 10;
    private static final int TEXT_BYTES_MAX = 64 << 10;
    private static final int REPLIES_MAX = 1024;
    private static final int DEPTH_MAX = 4;

    private final InputStream in;

    /// @param in had better be buffered
    RespReader(InputStream in) {
        this.in = in;
    }

    Reply read() throws IOException {
        return read(0);
    }

    private Reply read(int depth) throws IOException {
        int kind = octet();
        String line = line();
        return switch (kind) {
            case '+' -> new Status(line);
            case '-' -> new Failure(line);
            case ':' -> new Whole(number(line));
            case '$' -> text(length(line, TEXT_BYTES_MAX));
            case '*' -> replies(length(line, REPLIES_MAX), depth);
            default -> throw new IOException("no reply begins with octet " + kind);
        };
    }

    private Reply text(int length) throws IOException {
        if (length < 0) {
            return new Nothing();
        }
        byte[] octets = in.readNBytes(length);
        if (octets.length < length) {
            throw new EOFException("the server closed the connection");
        }
        if (octet() != '\r' || octet() != '\n') {
            throw new IOException("a text does not end where it says");
        }
        return new Text(new String(octets, StandardCharsets.UTF_8));
    }

    private Reply replies(int count, int depth) throws IOException {
        if (count < 0) {
            return new Nothing();
        }
        if (depth == DEPTH_MAX) {
            throw new IOException("replies lie over " + DEPTH_MAX + " deep");
        }
        List<Reply> replies = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            replies.add(read(depth + 1));
        }
        return new Replies(replies);
    }

    private int octet() throws IOException {
        int octet = in.read();
        if (octet < 0) {
            throw new EOFException("the server closed the connection");
        }
        return octet;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = octet(); c != '\r'; c = octet()) {
            if (c == '\n' || line.length() == LINE_BYTES_MAX) {
                throw new IOException("a line is malformed or over " + LINE_BYTES_MAX + " octets");
            }
            line.append((char) c);
        }
        if (octet() != '\n') {
            throw new IOException("a line ends with CR alone");
        }
        return line.toString();
    }

    private static long number(String text) throws IOException {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IOException("\"" + text + "\" is no number", e);
        }
    }

    /// -1 for null.
    private static int length(String text, int max) throws IOException {
        long length = number(text);
        if (length < -1 || length > max) {
            throw new IOException("length " + text + " is none, or over " + max);
        }
        return (int) length;
    }
}
