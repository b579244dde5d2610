package sampan.gateway.wire;

/// Why a message is not taken: the status and the words that the sender gets. Of an upstream's
/// message only the words are used; its client gets a 502.
public enum Refusal {
    NONE(0, ""),
    BAD_START_LINE(400, "malformed request line"),
    BAD_METHOD(400, "malformed method"),
    BAD_TARGET(400, "malformed request target"),
    BAD_PATH(400, "path with dot segments or bad percent-encoding"),
    BAD_LINE_END(400, "a line does not end with CR LF"),
    BAD_FIELD_NAME(400, "malformed field name"),
    BAD_FIELD_VALUE(400, "control character in a field value"),
    FOLDED_FIELD(400, "folded field line"),
    BAD_HOST(400, "missing, repeated or malformed Host"),
    HOST_MISMATCH(400, "Host differs from the request target"),
    BAD_LENGTH(400, "malformed or repeated Content-Length"),
    LENGTH_AND_CHUNKED(400, "both Content-Length and Transfer-Encoding"),
    BAD_CODING(400, "repeated Transfer-Encoding, or one in HTTP/1.0"),
    UNKNOWN_CODING(501, "transfer coding other than chunked"),
    BAD_CONNECTION_OPTION(400, "Connection names a field that frames the message"),
    BAD_CHUNK(400, "malformed chunk"),
    BAD_TRAILER(400, "malformed or forbidden trailer field"),
    BAD_EXPECT(417, "expectation other than 100-continue"),
    BAD_STATUS(400, "malformed status line"),
    METHOD_NOT_SERVED(501, "method is not served"),
    METHOD_NOT_ALLOWED(405, "method is not allowed"),
    TARGET_TOO_LONG(414, "request target is too long"),
    HEAD_TOO_LARGE(431, "head is too large"),
    TOO_MANY_FIELDS(431, "too many fields"),
    BODY_TOO_LARGE(413, "body is too large"),
    BAD_VERSION(505, "version other than HTTP/1.0 and HTTP/1.1"),
    HEAD_TIMEOUT(408, "head took too long");

    private final int status;
    private final String words;

    Refusal(int status, String words) {
        this.status = status;
        this.words = words;
    }

    public int status() {
        return status;
    }

    public String words() {
        return words;
    }
}
