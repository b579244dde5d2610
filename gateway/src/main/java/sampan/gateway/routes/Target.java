package sampan.gateway.routes;

import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import sampan.gateway.metrics.RouteStats;
import sampan.gateway.wire.Octets;
import sampan.linux.net.InternetAddress;
import sampan.linux.net.Memory;

/// One server of a service. It outlives routing tables that name it, and so do its counters and its
/// health.
public final class Target {
    // Far below what a clock tells, and far enough from where its differences overflow.
    private static final long LONG_AGO = Long.MIN_VALUE / 4;

    private final String name;
    private final byte[] logName;
    private final long address;
    private final int addressLength;
    private final int family;
    private final AtomicReferenceArray<@Nullable Object> attachments;
    private final AtomicInteger active = new AtomicInteger();
    private final AtomicInteger failuresInARow = new AtomicInteger();
    private final AtomicLong ejectedUntil = new AtomicLong(LONG_AGO);
    private final AtomicInteger ejections = new AtomicInteger();
    private volatile long joined;
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final RouteStats stats;
    private volatile boolean retired;
    private final Dialing dialing;
    private volatile boolean ready = true;

    /// @param loops how many loops there are, each with its own attachment
    public Target(InetAddress host, int port, int loops) {
        this(host, port, loops, Dialing.PLAIN);
    }

    /// @param loops how many loops there are, each with its own attachment
    public Target(InetAddress host, int port, int loops, Dialing dialing) {
        this.dialing = dialing;
        joined = System.nanoTime();
        name = new InternetAddress(host.getHostAddress(), port).toString();
        logName = Octets.ascii(name);
        // Targets come and go with containers; 128 bytes each are freed with the process.
        address = Memory.allocate(InternetAddress.BYTES_MAX);
        addressLength = InternetAddress.write(host, port, address);
        family = InternetAddress.family(host);
        attachments = new AtomicReferenceArray<>(loops);
        stats = new RouteStats(name, loops);
    }

    /// ADDRESS:PORT.
    public String name() {
        return name;
    }

    /// The name as octets.
    public byte[] logName() {
        return logName;
    }

    /// How it is spoken to.
    public Dialing dialing() {
        return dialing;
    }

    /// Its sockaddr.
    public long address() {
        return address;
    }

    public int addressLength() {
        return addressLength;
    }

    public int family() {
        return family;
    }

    /// What a loop keeps about it: its connections.
    public @Nullable Object attachment(int loop) {
        return attachments.getPlain(loop);
    }

    public void attach(int loop, Object attachment) {
        attachments.setPlain(loop, attachment);
    }

    /// Requests that are with it now.
    public int active() {
        return active.get();
    }

    public void begin() {
        active.incrementAndGet();
        requests.incrementAndGet();
    }

    public void end() {
        active.decrementAndGet();
    }

    public void succeeded() {
        if (failuresInARow.getPlain() != 0) {
            failuresInARow.set(0);
        }
    }

    /// Counts a failure; ejects the target once there were enough in a row. What it was ejected
    /// before is forgotten by and by, one time for each that it could have been again.
    ///
    /// @param ejectable whether enough others remain
    void failed(long now, Outlier outlier, boolean ejectable) {
        failures.incrementAndGet();
        if (failuresInARow.incrementAndGet() >= outlier.failuresMax() && ejectable) {
            failuresInARow.set(0);
            int before = ejections.get();
            long forgotten = before == 0 ? 0 : (now - ejectedUntil.get()) / outlier.ejectNanos();
            int times = (int) Math.max(0, before - Math.max(0, forgotten)) + 1;
            ejections.set(times);
            ejectedUntil.set(now + outlier.nanos(times));
        }
    }

    /// What health checks say of it: one that is not ready gets no requests.
    public void ready(boolean ready) {
        if (ready && !this.ready) {
            joined = System.nanoTime();
        }
        this.ready = ready;
    }

    /// Since when it has had requests without a break: since it was made or became ready, or since
    /// an ejection ended.
    long joined() {
        long until = ejectedUntil.get();
        return until == LONG_AGO || until - joined < 0 ? joined : until;
    }

    void joined(long since) {
        joined = since;
    }

    /// How often it was ejected of late.
    public int ejections() {
        return ejections.get();
    }

    public boolean isReady() {
        return ready;
    }

    /// Whether it gets no requests: not ready, or for a while after failures.
    public boolean isEjected(long now) {
        if (!ready) {
            return true;
        }
        long until = ejectedUntil.get();
        return until != LONG_AGO && until - now > 0;
    }

    /// Requests whose last attempt went to it, as their clients saw them.
    public RouteStats stats() {
        return stats;
    }

    /// Attempts that were made with it.
    public long requests() {
        return requests.get();
    }

    public long failures() {
        return failures.get();
    }

    /// No table names it any more: idle connections to it are closed.
    public void retire(boolean retired) {
        this.retired = retired;
    }

    public boolean isRetired() {
        return retired;
    }

    @Override
    public String toString() {
        return name;
    }
}
