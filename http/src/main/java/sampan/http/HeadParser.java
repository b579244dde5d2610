package sampan.http;

import static sampan.http.ProtocolException.malformed;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Finds and parses request heads in place. [#scan] looks at every byte once, however small the
/// pieces are in which a head comes; [#parse] then runs over the complete head.
final class HeadParser {
    private static final long LENGTH_DIGITS_MAX = 18;

    private final Limits limits;
    private int position;
    private int lineStart;
    private int start;
    private boolean began;
    private boolean blankSkipped;

    HeadParser(Limits limits) {
        this.limits = limits;
    }

    /// Begins a new head at this index of the buffer.
    void begin(int at) {
        position = at;
        lineStart = at;
        start = at;
        began = false;
        blankSkipped = false;
    }

    /// A byte of the head has come.
    boolean began() {
        return began;
    }

    /// Looks on from where it stopped. Returns the index after the head's blank line, or -1 while
    /// more bytes are needed.
    int scan(ByteBuffer bytes, int end) throws ProtocolException {
        while (position < end) {
            byte c = bytes.get(position);
            if (c == '\n') {
                throw malformed("line ends without a carriage return");
            }
            if (c != '\r') {
                began = true;
                position++;
                continue;
            }
            if (position + 1 == end) {
                break;
            }
            if (bytes.get(position + 1) != '\n') {
                throw malformed("carriage return without a line feed");
            }
            boolean blank = position == lineStart;
            position += 2;
            lineStart = position;
            if (blank && began) {
                return position;
            }
            if (blank) {
                // RFC 9112 section 2.2 asks for tolerance of one blank line before a request.
                if (blankSkipped) {
                    throw malformed("blank lines before the request line");
                }
                blankSkipped = true;
                start = position;
            }
        }
        if (end - start > limits.headBytes()) {
            throw new ProtocolException(
                    431, "request head is longer than " + limits.headBytes() + " bytes");
        }
        return -1;
    }

    /// Parses the head that [#scan] found to end at `end`.
    void parse(ByteBuffer bytes, int end, RequestHead head) throws ProtocolException {
        if (end - start > limits.headBytes()) {
            throw new ProtocolException(
                    431, "request head is longer than " + limits.headBytes() + " bytes");
        }
        head.reset(bytes);
        int at = requestLine(bytes, start, head);
        while (bytes.get(at) != '\r') {
            if (head.fields() == limits.headFields()) {
                throw new ProtocolException(
                        431, "more than " + limits.headFields() + " header fields");
            }
            at = fieldLine(bytes, at, head);
        }
        Semantics.apply(head);
    }

    private static int requestLine(ByteBuffer bytes, int from, RequestHead head)
            throws ProtocolException {
        int at = from;
        while (isToken(bytes.get(at))) {
            at++;
        }
        if (at == from || bytes.get(at) != ' ') {
            throw malformed("request method is malformed");
        }
        final String method = method(bytes, from, at);
        at++;
        int targetStart = at;
        while (bytes.get(at) > ' ' && bytes.get(at) != 0x7f) {
            at++;
        }
        if (at == targetStart || bytes.get(at) != ' ') {
            throw malformed("request target is malformed");
        }
        final String target = text(bytes, targetStart, at);
        at++;
        int versionStart = at;
        while (bytes.get(at) != '\r') {
            at++;
        }
        String version = text(bytes, versionStart, at);
        boolean preface = method.equals("PRI") && target.equals("*") && version.equals("HTTP/2.0");
        head.line(method, origin(target), preface ? RequestHead.PREFACE : version(version));
        return at + 2;
    }

    /// The origin form of a target: absolute ones lose scheme and authority.
    private static String origin(String target) throws ProtocolException {
        if (target.startsWith("/") || target.equals("*")) {
            return target;
        }
        int scheme = target.indexOf("://");
        if (scheme <= 0 || target.indexOf('/') < scheme) {
            throw malformed("request target must be a path");
        }
        int slash = target.indexOf('/', scheme + 3);
        return slash < 0 ? "/" : target.substring(slash);
    }

    private static int version(String version) throws ProtocolException {
        if (version.equals("HTTP/1.1")) {
            return 1;
        }
        if (version.equals("HTTP/1.0")) {
            return 0;
        }
        if (version.matches("HTTP/[0-9]\\.[0-9]")) {
            throw new ProtocolException(505, "protocol version is not HTTP/1.1: " + version);
        }
        throw malformed("protocol version is malformed");
    }

    private static int fieldLine(ByteBuffer bytes, int from, RequestHead head)
            throws ProtocolException {
        byte first = bytes.get(from);
        if (first == ' ' || first == '\t') {
            throw malformed("folded header line");
        }
        int at = from;
        while (isToken(bytes.get(at))) {
            at++;
        }
        if (at == from || bytes.get(at) != ':') {
            throw malformed("header field name is malformed");
        }
        final int nameEnd = at;
        at++;
        while (isBlank(bytes.get(at))) {
            at++;
        }
        final int valueStart = at;
        int valueEnd = at;
        for (byte c = bytes.get(at); c != '\r'; c = bytes.get(at)) {
            if ((c >= 0 && c < ' ' && c != '\t') || c == 0x7f) {
                throw malformed("control character in a header field");
            }
            at++;
            if (!isBlank(c)) {
                valueEnd = at;
            }
        }
        head.field(from, nameEnd, valueStart, valueEnd);
        return at + 2;
    }

    private static String method(ByteBuffer bytes, int from, int to) {
        String method = text(bytes, from, to);
        return switch (method) {
            case "GET" -> "GET";
            case "POST" -> "POST";
            case "HEAD" -> "HEAD";
            case "PUT" -> "PUT";
            case "DELETE" -> "DELETE";
            default -> method;
        };
    }

    private static String text(ByteBuffer bytes, int from, int to) {
        byte[] copy = new byte[to - from];
        bytes.get(from, copy);
        return new String(copy, StandardCharsets.ISO_8859_1);
    }

    private static boolean isBlank(byte c) {
        return c == ' ' || c == '\t';
    }

    /// RFC 9110 section 5.6.2.
    static boolean isToken(byte c) {
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
            return true;
        }
        return switch (c) {
            case '!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~' -> true;
            default -> false;
        };
    }

    /// What the fields say about framing and persistence.
    private static final class Semantics {
        private Semantics() {}

        static void apply(RequestHead head) throws ProtocolException {
            long length = contentLength(head);
            boolean chunked = chunked(head);
            if (chunked && length >= 0) {
                throw malformed("both Content-Length and Transfer-Encoding");
            }
            if (chunked && head.minorVersion() == 0) {
                throw malformed("Transfer-Encoding in HTTP/1.0");
            }
            head.framing(length, chunked);
            host(head);
            boolean keep =
                    head.minorVersion() == 1
                            ? !head.hasToken("Connection", "close")
                            : head.hasToken("Connection", "keep-alive");
            head.persistence(keep, expectsContinue(head));
        }

        private static long contentLength(RequestHead head) throws ProtocolException {
            int index = head.find("Content-Length", 0);
            if (index < 0) {
                return -1;
            }
            if (head.find("Content-Length", index + 1) >= 0) {
                throw malformed("more than one Content-Length");
            }
            String value = head.value(index);
            if (value.isEmpty()
                    || value.length() > LENGTH_DIGITS_MAX
                    || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
                throw malformed("Content-Length is malformed");
            }
            return Long.parseLong(value);
        }

        private static boolean chunked(RequestHead head) throws ProtocolException {
            int index = head.find("Transfer-Encoding", 0);
            if (index < 0) {
                return false;
            }
            if (head.find("Transfer-Encoding", index + 1) >= 0) {
                throw malformed("more than one Transfer-Encoding");
            }
            if (!head.value(index).equalsIgnoreCase("chunked")) {
                throw new ProtocolException(501, "transfer coding is not chunked");
            }
            return true;
        }

        private static void host(RequestHead head) throws ProtocolException {
            int index = head.find("Host", 0);
            if (index < 0) {
                if (head.minorVersion() == 1) {
                    throw malformed("Host is missing");
                }
                return;
            }
            if (head.find("Host", index + 1) >= 0) {
                throw malformed("more than one Host");
            }
            if (!head.value(index).chars().allMatch(c -> c > ' ' && c < 0x7f && c != ',')) {
                throw malformed("Host is malformed");
            }
        }

        private static boolean expectsContinue(RequestHead head) throws ProtocolException {
            int index = head.find("Expect", 0);
            if (index < 0 || head.minorVersion() == 0) {
                return false;
            }
            if (!head.value(index).equalsIgnoreCase("100-continue")) {
                throw new ProtocolException(417, "expectation is not 100-continue");
            }
            return true;
        }
    }
}
