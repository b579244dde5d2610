package sampan.linux.netlink;

/// What a thread that waits for notifications does with them.
public interface NetlinkListener {
    /// A notification; its body is valid only during the call.
    void message(NetlinkMessage message);

    /// The kernel dropped notifications because nobody read them in time.
    void lost();

    /// All that had arrived has been handed on; the place to act on it once.
    void quiet();
}
