package sampan.gateway.routes;

import sampan.gateway.wire.Field;
import sampan.gateway.wire.Octets;
import sampan.gateway.wire.Paths;
import sampan.gateway.wire.RequestHead;
import sampan.linux.net.Memory;

/// A request as routes, filters and balancing see it: its head, the path in its normal form, the
/// client's address. One per loop, used again for each request; what it says holds until the loop
/// goes on.
public final class RequestView {
    private final RequestHead head;
    private final long pathRoom = Memory.allocate(RequestHead.TARGET_BYTES_MAX + 8L);
    private long pathAt;
    private long pathEnd;
    private boolean normal;
    private long clientAt;
    private int clientLength;
    private long foundAt;
    private long foundEnd;
    private long retryAfterNanos;

    public RequestView(RequestHead head) {
        this.head = head;
    }

    /// Takes the head as it stands.
    ///
    /// @param clientAt the client's numeric address in ASCII
    public void begin(long clientAt, int clientLength) {
        this.clientAt = clientAt;
        this.clientLength = clientLength;
        retryAfterNanos = 0;
        pathAt = head.pathAt();
        pathEnd = head.pathEnd();
        if (pathAt == pathEnd) {
            Memory.put(pathRoom, (byte) '/');
            pathAt = pathRoom;
            pathEnd = pathRoom + 1;
        }
        normal = Paths.isNormal(pathAt, pathEnd);
        if (!normal) {
            pathEnd = Paths.normalize(pathAt, pathEnd, pathRoom);
            pathAt = pathRoom;
        }
    }

    public RequestHead head() {
        return head;
    }

    /// The path in its normal form, never empty.
    public long pathAt() {
        return pathAt;
    }

    public long pathEnd() {
        return pathEnd;
    }

    /// Whether the path came in its normal form.
    public boolean isNormal() {
        return normal;
    }

    public long clientAt() {
        return clientAt;
    }

    public int clientLength() {
        return clientLength;
    }

    /// After a lookup that told true: where the value is.
    public long foundAt() {
        return foundAt;
    }

    public long foundEnd() {
        return foundEnd;
    }

    /// How long a client that was refused should wait, 0 where nothing is known.
    public long retryAfterNanos() {
        return retryAfterNanos;
    }

    public void retryAfter(long nanos) {
        retryAfterNanos = nanos;
    }

    private boolean found(long at, long end) {
        foundAt = at;
        foundEnd = end;
        return true;
    }

    boolean findClient() {
        return found(clientAt, clientAt + clientLength);
    }

    boolean findPath() {
        return found(pathAt, pathEnd);
    }

    boolean findField(byte[] lower) {
        int line = head.find(lower, 0);
        return line >= 0 && found(head.valueAt(line), head.valueEnd(line));
    }

    /// The first parameter of that name, as it stands in the query.
    boolean findQuery(byte[] name) {
        long end = head.queryEnd();
        long at = head.pathEnd() + 1;
        while (at < end) {
            long to = until(at, end, (byte) '&');
            long equals = until(at, to, (byte) '=');
            if (Octets.same(at, equals, name)) {
                return found(Math.min(equals + 1, to), to);
            }
            at = to + 1;
        }
        return false;
    }

    boolean findCookie(byte[] name) {
        int line = head.first(Field.COOKIE);
        for (int i = line; i >= 0 && i < head.count(); i++) {
            if (head.field(i) == Field.COOKIE && findIn(head.valueAt(i), head.valueEnd(i), name)) {
                return true;
            }
        }
        return false;
    }

    private boolean findIn(long from, long end, byte[] name) {
        long at = from;
        while (at < end) {
            while (at < end && Memory.get(at) == ' ') {
                at++;
            }
            long to = until(at, end, (byte) ';');
            long equals = until(at, to, (byte) '=');
            if (equals < to && Octets.same(at, equals, name)) {
                return found(equals + 1, to);
            }
            at = to + 1;
        }
        return false;
    }

    private static long until(long from, long to, byte wanted) {
        long at = from;
        while (at < to && Memory.get(at) != wanted) {
            at++;
        }
        return at;
    }
}
