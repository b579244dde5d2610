package sampan.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sampan.gateway.process.TestGateway;

/// The request path allocates nothing once it is compiled.
@Timeout(240)
class AllocationTest {
    private static final int REQUESTS = 2_000;
    private static final int WINDOWS_MAX = 400;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static long loopThread(java.util.Set<Long> before) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().equals("loop-0") && !before.contains(t.threadId()))
                .findFirst()
                .orElseThrow()
                .threadId();
    }

    static byte[] request(String fields) {
        return ("GET /a/b?c=d HTTP/1.1\r\nHost: a.example\r\nConnection: keep-alive\r\n"
                        + "User-Agent: x\r\nAccept: */*\r\n"
                        + fields
                        + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void aRequestInSteadyStateAllocatesNothing() throws IOException {
        assertThat(
                        allocated(
                                "routes:\n- {path: /a, service: s,"
                                        + " limits: [{rate: 1000000/s, by: 'header:X-User'}]}\n",
                                request("X-User: u\r\n")))
                .as("bytes for " + REQUESTS + " requests")
                .isZero();
    }

    @Test
    void aRequestThatIsToldOnAndNotRecordedAllocatesNothing() throws IOException {
        assertThat(
                        allocated(
                                "traces: {otlp: 'http://127.0.0.1:1', sample: 0, accept: [w3c, b3],"
                                        + " send: [w3c, b3, b3multi]}\n"
                                        + "routes:\n- {path: /a, service: s}\n",
                                request(
                                        "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736"
                                                + "-00f067aa0ba902b7-00\r\ntracestate: a=b\r\n")))
                .as("bytes for " + REQUESTS + " requests")
                .isZero();
    }

    /// Bytes that the loop allocates for [#REQUESTS] requests once all is compiled.
    static long allocated(String config, byte[] request) throws IOException {
        String answer = "HTTP/1.1 200 OK\r\nContent-Length: 1024\r\n\r\n" + "x".repeat(1024);
        java.util.Set<Long> before = new java.util.HashSet<>();
        Thread.getAllStackTraces().keySet().forEach(t -> before.add(t.threadId()));
        try (ScriptedServer server =
                        new ScriptedServer(peer -> {
                            byte[] buffer = new byte[4096];
                            byte[] bytes = answer.getBytes(StandardCharsets.US_ASCII);
                            while (peer.in().read(buffer) > 0) {
                                peer.out().write(bytes);
                            }
                        });
                TestGateway gateway =
                        new TestGateway(
                                "services: {s: {targets: [\""
                                        + server.address()
                                        + "\"], breaker: {}}}\n"
                                        + config);
                RawClient client = gateway.client()) {
            long loop = loopThread(before);
            InputStream in = client.socket().getInputStream();
            OutputStream out = client.socket().getOutputStream();
            byte[] buffer = new byte[64 << 10];
            long least = Long.MAX_VALUE;
            // Compilation takes as long as it takes; the steady state is a window without a byte.
            for (int window = 0; window < WINDOWS_MAX && least > 0; window++) {
                long allocated = THREADS.getThreadAllocatedBytes(loop);
                for (int i = 0; i < REQUESTS; i++) {
                    out.write(request);
                    int length = 0;
                    while (length < 1024
                            || buffer[length - 1] != 'x'
                            || buffer[length - 1024] != 'x') {
                        length += in.read(buffer, length, buffer.length - length);
                    }
                }
                least = Math.min(least, THREADS.getThreadAllocatedBytes(loop) - allocated);
            }
            return least;
        }
    }
}
