package sampan.linux.poll;

/// Bits of epoll_ctl(2) events. ERR and HUP are always reported, asked for or not.
public final class Readiness {
    /// There is something to read, a connection to accept, an end of stream, an ended process.
    public static final int IN = 0x1;

    /// Urgent: also what cgroup v2 files and inotify-less kernfs files report on a change.
    public static final int PRI = 0x2;

    /// Writing would not block.
    public static final int OUT = 0x4;

    public static final int ERR = 0x8;

    /// Both directions have ended.
    public static final int HUP = 0x10;

    /// The peer writes no more.
    public static final int RDHUP = 0x2000;

    private Readiness() {}
}
