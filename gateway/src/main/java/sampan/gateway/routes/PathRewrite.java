package sampan.gateway.routes;

import sampan.gateway.wire.Paths;
import sampan.linux.net.Memory;

/// A new path by a regular expression: every part of the path in its normal form that matches is
/// replaced; where nothing matches the path stays. What it comes to must be a path that could have
/// been asked for.
public final class PathRewrite implements Filter {
    /// Octets of a path that was made.
    public static final int BYTES_MAX = 8 << 10;

    /// The path stays.
    public static final int SAME = 0;

    private static final int BAD_REQUEST = 400;

    private final BoundedPattern pattern;
    private final Replacement to;

    private PathRewrite(BoundedPattern pattern, Replacement to) {
        this.pattern = pattern;
        this.to = to;
    }

    /// @param field for the message
    /// @param to as [Replacement#of] takes it
    public static PathRewrite of(BoundedPattern pattern, String field, String to) {
        return new PathRewrite(pattern, Replacement.of(pattern, field, to, Replacement.Kind.PATH));
    }

    /// Makes the new path, once for as long as the view shows a request; [RequestView#newPathAt] is
    /// where it is.
    ///
    /// @return its length, [#SAME], or below zero where there is none
    public int apply(RequestView view) {
        if (view.newPathBy() != this) {
            view.newPath(this, make(view, view.newPathAt()));
        }
        return view.newPathLength();
    }

    private int make(RequestView view, long room) {
        int length = pattern.replace(view.pathAt(), view.pathEnd(), to, room, BYTES_MAX);
        if (length == BoundedPattern.NO_MATCH) {
            return SAME;
        }
        boolean sound = length > 0 && Memory.get(room) == '/' && Paths.isSound(room, room + length);
        return sound ? length : -1;
    }

    /// Refuses a request for which there is no new path.
    @Override
    public int check(RequestView view, long now) {
        if (apply(view) >= SAME) {
            return PASS;
        }
        view.reason("the path cannot be rewritten");
        return BAD_REQUEST;
    }

    @Override
    public String toString() {
        return "~" + pattern + " to " + to;
    }
}
