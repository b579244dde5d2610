package sampan.gateway.proxy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A loop's copies of requests that are under way.
final class Mirrors {
    /// Most of them at a time; more are not made.
    static final int COPIES_MAX = 256;

    private final Loop loop;
    private final List<MirrorCopy> free = new ArrayList<>();
    private int underWay;

    Mirrors(Loop loop) {
        this.loop = loop;
    }

    /// One to be used, null where too many are.
    @Nullable MirrorCopy take() {
        if (underWay == COPIES_MAX) {
            return null;
        }
        underWay++;
        return free.isEmpty() ? new MirrorCopy(loop) : free.removeLast();
    }

    void give(MirrorCopy copy) {
        underWay--;
        free.add(copy);
    }
}
