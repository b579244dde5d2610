package sampan.linux.nftables;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import sampan.errors.SampanException;
import sampan.linux.netlink.NetlinkListener;
import sampan.linux.netlink.NetlinkMessage;
import sampan.linux.netlink.NetlinkSocket;
import sampan.linux.netlink.WakeUp;

/// Watches for changes to our table by others and has it laid again at once.
///
/// One platform thread that sleeps in the kernel until something in nf_tables changes. Repairs are
/// at least [#PAUSE] apart, so that two programs that both insist do not spin. Where the kernel
/// dropped notifications the table is laid again if it is not the one laid last; a change inside of
/// it that fell into such a gap goes unseen.
public final class TableWatch implements AutoCloseable {
    /// Least time between two repairs.
    public static final Duration PAUSE = Duration.ofMillis(50);

    private static final int ATTEMPTS = 5;
    private static final int GROUP_NFTABLES = 7;
    private static final int TABLE_ATTRIBUTE = 1;
    private static final int RECEIVE_BYTES = 4 * 1024 * 1024;
    private static final long STOP_MILLIS = 5_000;

    private final NatTable table;
    private final NetlinkSocket socket;
    private final WakeUp wakeUp = new WakeUp();
    private final Thread thread;

    private TableWatch(NatTable table, NetlinkSocket socket, Consumer<Repair> after) {
        this.table = table;
        this.socket = socket;
        this.thread =
                Thread.ofPlatform()
                        .name("nft-watch")
                        .daemon()
                        .unstarted(() -> socket.listen(wakeUp, new Listener(after)));
    }

    /// What the watch did.
    ///
    /// @param success whether the table is in place again
    /// @param reason what was noticed, or why the repair failed
    public record Repair(boolean success, String reason) {}

    /// Subscribes in the calling thread's network namespace, which must be the table's. From here
    /// on nothing is missed, but nothing is done before [#start].
    ///
    /// @param after called on the watching thread behind each repair, for logs and events
    public static TableWatch open(NatTable table, Consumer<Repair> after) {
        NetlinkSocket socket = NetlinkSocket.open(NetlinkSocket.PROTOCOL_NETFILTER);
        socket.receiveBuffer(RECEIVE_BYTES);
        socket.join(GROUP_NFTABLES);
        return new TableWatch(table, socket, after);
    }

    /// Begins to watch.
    public TableWatch start() {
        thread.start();
        return this;
    }

    /// Stops watching and waits for the thread to end. Closing twice is harmless.
    @Override
    public void close() {
        if (!socket.fd().isOpen()) {
            return;
        }
        wakeUp.signal();
        try {
            thread.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        socket.close();
        wakeUp.close();
    }

    private final class Listener implements NetlinkListener {
        private final Consumer<Repair> after;
        private String reason = "";

        private Listener(Consumer<Repair> after) {
            this.after = after;
        }

        @Override
        public void message(NetlinkMessage message) {
            // A change of generation names no table.
            if (message.type() >>> 8 == Nft.SUBSYSTEM
                    && message.type() != Nft.type(Nft.NEW_GENERATION)
                    && !table.isCause(message.port())
                    && message.u8(0) == Nft.FAMILY_IPV4
                    && message.attributes(Nft.GENMSG_SIZE)
                            .string(TABLE_ATTRIBUTE)
                            .filter(table.name()::equals)
                            .isPresent()) {
                reason = "another program changed the table";
            }
        }

        @Override
        public void lost() {
            if (!table.intact()) {
                reason = "another program removed the table";
            }
        }

        @Override
        public void quiet() {
            if (reason.isEmpty()) {
                return;
            }
            String noticed = reason;
            reason = "";
            after.accept(repair(noticed));
            LockSupport.parkNanos(PAUSE.toNanos());
        }

        private Repair repair(String noticed) {
            for (int attempt = 1; ; attempt++) {
                try {
                    table.repair();
                    return new Repair(true, noticed);
                } catch (SampanException e) {
                    if (attempt == ATTEMPTS) {
                        return new Repair(
                                false, noticed + "; laying it again failed: " + e.getMessage());
                    }
                    LockSupport.parkNanos(PAUSE.toNanos());
                }
            }
        }
    }
}
