package sampan.gateway.proxy;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import sampan.linux.net.InternetAddress;
import sampan.linux.net.ListenSocket;
import sampan.linux.sys.Fd;

/// Where a gateway has its listening sockets from.
@FunctionalInterface
public interface ListenSockets {
    /// Opens them itself.
    ListenSockets OWN = ListenSockets::own;

    /// One socket per loop, all of the same address, the caller's to close. What cannot be had
    /// fails, and then nothing stays open.
    List<Fd> open(InternetAddress address, int loops);

    private static List<Fd> own(InternetAddress address, int loops) {
        List<Fd> sockets = new ArrayList<>();
        try {
            InetAddress host = address.resolve();
            int port = address.port();
            for (int i = 0; i < loops; i++) {
                Fd socket = ListenSocket.open(host, port);
                sockets.add(socket);
                port = ListenSocket.port(socket); // where it was 0, all take the first's
            }
            return sockets;
        } catch (RuntimeException e) {
            sockets.forEach(Fd::close);
            throw e;
        }
    }
}
