package sampan.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// Serves one transport, request after request, on the thread that calls [#run].
final class Connection {
    private static final byte[] CONTINUE =
            "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final long NO_DEADLINE = Long.MAX_VALUE;

    private final HttpServer server;
    private final Transport transport;
    private final Input input;
    private final RequestHead head = new RequestHead();
    private final HeadParser parser;
    private final ByteBuffer responseHead;

    /// System.nanoTime() less an origin, so that the comparison cannot overflow.
    private volatile long deadline = NO_DEADLINE;

    private volatile boolean serving;
    private boolean closing;
    private boolean hijacked;

    Connection(HttpServer server, Transport transport) {
        this.server = server;
        this.transport = transport;
        this.input = new Input(transport, server.inputBuffers().take(), limits().headBytes());
        this.responseHead = server.headBuffers().take();
        this.parser = new HeadParser(limits());
    }

    Limits limits() {
        return server.settings().limits();
    }

    Transport transport() {
        return transport;
    }

    byte[] commonFields() {
        return server.commonFields();
    }

    BufferPool gatherBuffers() {
        return server.gatherBuffers();
    }

    void run() {
        try {
            while (!closing && !server.stopping() && serveOne()) {
                // the next one
            }
            if (!hijacked) {
                linger();
            }
        } catch (IOException e) {
            // The client went away, or was closed for its delay: there is nobody to tell.
        } finally {
            transport.close();
            server.inputBuffers().give(input.buffer());
            server.headBuffers().give(responseHead);
        }
    }

    /// False at the end of the connection.
    private boolean serveOne() throws IOException {
        try {
            if (!readHead()) {
                return false;
            }
        } catch (ProtocolException e) {
            refuse(e);
            return false;
        }
        closing = !head.keepAlive() || server.stopping();
        Response response = new Response(this, head, responseHead);
        RequestBody body = new RequestBody(this, input, head, limits());
        Exchange exchange = new Exchange(this, head, body, response);
        serving = true;
        try {
            handle(exchange, response);
        } finally {
            input.unwatch();
            serving = false;
        }
        if (hijacked || !response.complete()) {
            return false;
        }
        if (!closing) {
            closing = !skip(body);
        }
        return !closing;
    }

    private void handle(Exchange exchange, Response response) throws IOException {
        try {
            server.settings().handler().handle(exchange);
            if (!response.committed()) {
                refuse(response, 500, "the request was not answered");
            }
        } catch (ProtocolException e) {
            if (response.committed()) {
                throw e;
            }
            closing = true;
            refuse(response, e.status(), String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        } catch (RuntimeException e) {
            if (response.committed()) {
                throw new IOException("handler failed within its response", e);
            }
            closing = true;
            refuse(response, 500, "internal error: " + e);
        }
    }

    /// False at a proper end between requests.
    private boolean readHead() throws IOException {
        input.beginHead();
        parser.begin(input.position());
        expectWithin(limits().idle());
        boolean began = false;
        int headEnd;
        while ((headEnd = parser.scan(input.buffer(), input.end())) < 0) {
            if (!began && input.buffered() > 0) {
                began = true;
                expectWithin(limits().headTime());
            }
            if (!input.fill()) {
                if (parser.began()) {
                    throw ProtocolException.malformed("request ends within its head");
                }
                return false;
            }
        }
        expectNothing();
        parser.parse(input.buffer(), headEnd, head);
        input.endHead(headEnd);
        if (head.isPreface() && !server.settings().handler().takesHttp2()) {
            throw new ProtocolException(505, "protocol version is not HTTP/1.1: HTTP/2.0");
        }
        return true;
    }

    /// Skips what the handler left of the body; false when the connection had better close.
    private boolean skip(RequestBody body) {
        if (body.ended()) {
            return true;
        }
        if (body.awaitsContinue()) {
            return false;
        }
        try {
            return body.drain(limits().drainBytes());
        } catch (IOException e) {
            return false;
        }
    }

    private void refuse(ProtocolException e) throws IOException {
        closing = true;
        head.reset(input.buffer());
        head.line("GET", "/", 1);
        Response response = new Response(this, head, responseHead);
        refuse(response, e.status(), String.valueOf(e.getMessage()));
    }

    private void refuse(Response response, int status, String message) throws IOException {
        Refusal refusal = server.settings().refusal();
        response.begin(status)
                .header("Content-Type", refusal.contentType())
                .send(refusal.body(status, message));
    }

    void sendContinue() throws IOException {
        transport.write(ByteBuffer.wrap(CONTINUE));
    }

    void closeAfterwards() {
        closing = true;
    }

    boolean closes() {
        return closing || server.stopping();
    }

    RawStream takeOver() {
        input.unread();
        return hijack();
    }

    RawStream hijack() {
        hijacked = true;
        expectNothing();
        return new RawStream(transport, input);
    }

    void watch(Runnable action) {
        input.watch(action);
    }

    void expectWithin(Duration limit) {
        deadline = server.clock() + limit.toNanos();
    }

    void expectNothing() {
        deadline = NO_DEADLINE;
    }

    void closeIfOverdue(long clock) {
        if (clock > deadline) {
            transport.close();
        }
    }

    /// Closes it unless it is within an exchange.
    void closeIfIdle() {
        if (!serving) {
            transport.close();
        }
    }

    void close() {
        transport.close();
    }

    /// Ends our output and reads on for a while: a close with unread input would reach the client
    /// as a reset, before the answer.
    private void linger() throws IOException {
        if (!transport.isOpen()) {
            return;
        }
        transport.finishOutput();
        expectWithin(limits().linger());
        ByteBuffer sink = responseHead;
        int left = 1 << 20;
        while (left > 0) {
            int n = transport.read(sink.clear());
            if (n < 0) {
                return;
            }
            left -= n;
        }
    }
}
