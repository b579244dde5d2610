package sampan.gateway.proxy;

/// Codes content piece by piece, from native memory to native memory. What it writes has room: it
/// is hardly longer than what it takes.
sealed interface Encoder permits GzipEncoder, ZstdPieces {
    /// Octets that a piece may grow by.
    int GROWTH_BYTES_MAX = 8 << 10;

    /// A content begins.
    void begin(int level);

    /// Takes content; returns how much it has written.
    int take(long at, int length, long to, int room);

    /// Writes all that it has taken.
    int flush(long to, int room);

    /// Writes the end.
    int finish(long to, int room);
}
