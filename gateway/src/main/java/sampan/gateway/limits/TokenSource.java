package sampan.gateway.limits;

/// Where tokens of buckets come from that several gateways share.
public interface TokenSource {
    /// A bucket as all who share it name it.
    ///
    /// @param intervalMicros after which a token comes back
    /// @param burst tokens of a full bucket
    record Bucket(String name, double intervalMicros, int burst) {}

    /// Who asked; is told once, on another thread, and must not block.
    interface Asker {
        /// @param tokens that are the asker's now
        /// @param waitNanos until there will be enough to ask for again, 0 where all were there
        void given(int tokens, long waitNanos);

        /// Nothing is known.
        void failed();
    }

    /// Whether it can be asked now.
    boolean isUp();

    /// Asks for tokens. Does not block.
    ///
    /// @param wanted at least 1
    void ask(Bucket bucket, int wanted, Asker asker);
}
