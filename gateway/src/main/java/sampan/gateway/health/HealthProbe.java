package sampan.gateway.health;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// One look at a target.
final class HealthProbe {
    private static final int STATUS_LINE_BYTES = 13;
    private static final int STATUS_AT = 9;
    private static final int STATUS_MIN = 200;
    private static final int STATUS_MAX = 399;

    private HealthProbe() {}

    /// What was seen of the target.
    enum Sight {
        /// Answers as it should.
        WELL,
        ILL,
        /// Nobody listens there, which costs nobody anything to see.
        CLOSED
    }

    /// Blocks for at most twice the timeout.
    static Sight look(InetAddress host, int port, HealthSettings settings) {
        int millis = (int) Math.max(1, settings.timeoutNanos() / 1_000_000);
        try (Socket socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(host, settings.port().orElse(port)), millis);
            if (settings.path().isEmpty()) {
                return Sight.WELL;
            }
            socket.setSoTimeout(millis);
            String request =
                    "GET "
                            + settings.path().get()
                            + " HTTP/1.1\r\nHost: "
                            + (host.getHostAddress().contains(":")
                                    ? "[" + host.getHostAddress() + "]"
                                    : host.getHostAddress())
                            + "\r\nUser-Agent: sampan-gateway\r\nAccept: */*\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            long end = System.nanoTime() + settings.timeoutNanos();
            return isWell(socket.getInputStream(), end) ? Sight.WELL : Sight.ILL;
        } catch (ConnectException _) {
            return Sight.CLOSED;
        } catch (IOException _) {
            return Sight.ILL;
        }
    }

    private static boolean isWell(InputStream in, long end) throws IOException {
        byte[] line = new byte[STATUS_LINE_BYTES];
        int length = 0;
        while (length < line.length) {
            int n = in.read(line, length, line.length - length);
            if (n < 0 || System.nanoTime() - end > 0) {
                return false;
            }
            length += n;
        }
        String text = new String(line, StandardCharsets.ISO_8859_1);
        if (!text.matches("HTTP/1\\.[01] [1-5][0-9]{2}[ \r]")) {
            return false;
        }
        int status = Integer.parseInt(text.substring(STATUS_AT, STATUS_AT + 3));
        return status >= STATUS_MIN && status <= STATUS_MAX;
    }
}
