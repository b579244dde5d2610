package sampan.gateway.auth;

import sampan.gateway.routes.RequestView;

/// A method whose credentials stand in the head and hold for a while: what they have proven is
/// remembered by their octets, and guessing is slowed down.
abstract class RememberedMethod implements AuthMethod {
    /// What such methods have in common.
    ///
    /// @param from where the credentials stand
    /// @param bytesMax of them
    record Common(
            String name, Credential from, int bytesMax, Consumers consumers, Failures failures) {}

    private final Common common;
    private final CredentialCache cache = new CredentialCache();

    RememberedMethod(Common common) {
        this.common = common;
    }

    @Override
    public final String name() {
        return common.name();
    }

    final Consumers consumers() {
        return common.consumers();
    }

    final boolean isBearer() {
        return common.from().isBearer();
    }

    @Override
    public final void strip(RequestView view) {
        common.from().strip(view);
    }

    /// What is remembered holds only while this is the same.
    int epoch(long now) {
        return 0;
    }

    /// Looks at credentials that nothing is known of.
    ///
    /// @param at where they stand, not empty and not too long
    abstract Verdict prove(RequestView view, long at, long end, long now);

    /// Remembers what these credentials have proven.
    ///
    /// @param epoch as it was before they were looked at
    final void remember(String credentials, long untilNanos, int epoch, Verdict.Proven proven) {
        cache.put(credentials, untilNanos, epoch, proven);
    }

    @Override
    public final Verdict check(RequestView view, long now) {
        Verdict without = common.from().without(view);
        if (without != null) {
            return without;
        }
        long at = view.foundAt();
        long end = view.foundEnd();
        Verdict.Proven known = cache.get(at, end, now, epoch(now));
        if (known != null) {
            return known;
        }
        Verdict come = come(view);
        if (!(come instanceof Verdict.Absent)) {
            return come;
        }
        long wait = common.failures().waitNanos(view, now);
        if (wait > 0) {
            return new Verdict.Limited(wait);
        }
        if (end == at || end - at > common.bytesMax()) {
            return new Verdict.Refused(
                    "credentials are empty or over " + common.bytesMax() + " bytes");
        }
        return prove(view, at, end, now);
    }
}
