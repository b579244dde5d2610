package sampan.gateway.feed;

import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import sampan.gateway.metrics.AccessLog;
import sampan.linux.net.InternetAddress;
import sampan.linux.sys.Fd;

/// A gateway that can be told what to do; see the package for what the orders mean. Thread-safe.
/// What fails throws and has changed nothing.
public interface Feeding {
    /// The sockets of an address.
    record Listening(InternetAddress address, List<Fd> sockets) {}

    /// How many share the connections of an address: as many sockets are wanted for each.
    int loops();

    Map<String, Object> configure(String document);

    void targets(String service, String document) throws InterruptedException;

    /// Waits for requests under way to targets that went.
    ///
    /// @return whether none is left within that time
    boolean settle(List<String> targets, long millisMax) throws InterruptedException;

    /// Takes over sockets of an address, for [#listen].
    void socket(InternetAddress address, List<Fd> sockets);

    void listen(List<InternetAddress> addresses);

    /// All that was given by [#socket] and is listened on; they stay the gateway's.
    List<Listening> sockets();

    Map<String, Object> show(String what);

    Map<String, Object> test(String request);

    AccessLog.Tap tail();

    /// Names of services that a request waits for.
    BlockingQueue<String> wakes();

    void drain();
}
