package sampan.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// One response in the making: status, header fields, then exactly one of [#send], [#end],
/// [#stream] and [#hijack], which commit it. Used by one thread.
public final class Response {
    private static final byte[] CRLF = {'\r', '\n'};
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final int HEAD_BYTES_MAX = 64 << 10;

    private final Connection connection;
    private final boolean headOnly;
    private final boolean chunks;
    private ByteBuffer head;
    private int status;
    private boolean committed;
    private boolean complete;

    Response(Connection connection, RequestHead request, ByteBuffer head) {
        this.connection = connection;
        this.headOnly = request.method().equals("HEAD");
        this.chunks = request.minorVersion() == 1;
        this.head = head;
    }

    /// Begins, or begins anew as long as nothing was sent.
    Response begin(int newStatus) {
        if (committed) {
            throw new IllegalStateException("the response has begun already");
        }
        status = newStatus;
        head.clear();
        ascii("HTTP/1.1 ").ascii(Integer.toString(newStatus)).ascii(" ");
        ascii(newStatus == 101 ? "UPGRADED" : Reason.of(newStatus)).bytes(CRLF);
        bytes(connection.commonFields());
        ascii("Date: ").ascii(HttpDate.now()).bytes(CRLF);
        return this;
    }

    /// Adds a header field. Framing, Connection and Date are not the caller's business.
    public Response header(String name, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f || c > 0xff) {
                throw new IllegalArgumentException("header " + name + " cannot carry its value");
            }
        }
        return ascii(name).ascii(": ").ascii(value).bytes(CRLF);
    }

    public int status() {
        return status;
    }

    /// Something was sent: the status is fixed.
    public boolean committed() {
        return committed;
    }

    boolean complete() {
        return complete;
    }

    /// Sends it with this body. A response to HEAD, and one whose status has none, goes without.
    public void send(byte[] body) throws IOException {
        send(ByteBuffer.wrap(body));
    }

    public void send(ByteBuffer body) throws IOException {
        if (bodiless()) {
            end();
            return;
        }
        length(body.remaining());
        finishHead(true);
        connection.transport().write(head, headOnly ? NOTHING : body);
        complete = true;
    }

    /// Sends it without a body.
    public void end() throws IOException {
        if (!bodiless()) {
            length(0);
        }
        finishHead(true);
        connection.transport().write(head);
        complete = true;
    }

    /// A body of unknown length, which the returned stream takes. The head goes out with the first
    /// flush. HTTP/1.0 gets it unframed, up to the end of the connection.
    public ResponseBody stream() {
        if (bodiless()) {
            throw new IllegalStateException("status " + status + " has no body");
        }
        if (chunks) {
            header("Transfer-Encoding", "chunked");
        } else {
            connection.closeAfterwards();
        }
        finishHead(chunks);
        return new ResponseBody(this, connection, head, chunks && !headOnly, headOnly);
    }

    /// Sends the head as it is and takes the connection out of HTTP: what follows in both
    /// directions is the caller's. The handler returns when it is done with it.
    public RawStream hijack() throws IOException {
        bytes(CRLF);
        head.flip();
        committed = true;
        connection.transport().write(head);
        complete = true;
        return connection.hijack();
    }

    /// Takes the connection out of HTTP/1.1 without an answer.
    RawStream takeOver() {
        committed = true;
        complete = true;
        return connection.takeOver();
    }

    void completed() {
        complete = true;
    }

    /// RFC 9110 section 6.4.1.
    private boolean bodiless() {
        return status < 200 || status == 204 || status == 304;
    }

    private void length(long value) {
        ascii("Content-Length: ").ascii(Long.toString(value)).bytes(CRLF);
    }

    private void finishHead(boolean framed) {
        if (!framed || connection.closes()) {
            ascii("Connection: close\r\n");
        } else if (!chunks) {
            ascii("Connection: keep-alive\r\n");
        }
        bytes(CRLF);
        head.flip();
        committed = true;
    }

    private Response ascii(String text) {
        return bytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private Response bytes(byte[] text) {
        if (head.remaining() < text.length) {
            int capacity = head.capacity() * 2 + text.length;
            if (capacity > HEAD_BYTES_MAX) {
                throw new IllegalStateException("response head is longer than 64 KiB");
            }
            head = ByteBuffer.allocateDirect(capacity).put(head.flip());
        }
        head.put(text);
        return this;
    }
}
