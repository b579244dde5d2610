package sampan.gateway.proxy;

/// What carries a [Connection] that has no socket of its own: one stream of a connection with
/// several. Bytes are those of HTTP/1.1 both ways, whatever goes over the wire; results are those
/// of `sampan.linux.net.NetCalls`.
interface Stream {
    int receive(long at, int length);

    int send(long at, int length);

    /// Which of `Readiness.IN` and `OUT` would go now.
    int readiness();

    /// Which of the two is awaited; told by [Connection#dispatch].
    void watch(boolean readable, boolean writable);

    /// The connection has let go of it.
    ///
    /// @param broken whether the peer must not take what it has for the whole
    void end(boolean broken);
}
