package sampan.gateway.routes;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import sampan.gateway.limits.Bulkhead;
import sampan.gateway.wire.Field;
import sampan.gateway.wire.Octets;
import sampan.gateway.wire.Paths;
import sampan.gateway.wire.RequestHead;
import sampan.linux.net.Memory;

/// A request as routes, filters and balancing see it: its head, the path in its normal form, the
/// client's address and identity. One per loop, used again for each request; what it says holds
/// until the loop goes on.
public final class RequestView {
    /// Octets that filters may add to the head.
    public static final int ADDED_BYTES_MAX = 16 << 10;

    private final RequestHead head;
    private final long pathRoom = Memory.allocate(RequestHead.TARGET_BYTES_MAX + 8L);
    private long pathAt;
    private long pathEnd;
    private boolean normal;
    private final long newPathRoom = Memory.allocate(PathRewrite.BYTES_MAX);
    private @Nullable PathRewrite newPathBy;
    private int newPathLength;
    private long clientAt;
    private int clientLength;
    private boolean secure;
    private long foundAt;
    private long foundEnd;
    private long retryAfterNanos;
    private @Nullable Reply reply;
    private String reason = "";
    private @Nullable ClientCertificate certificate;
    private @Nullable Identity identity;
    private final long added = Memory.allocate(ADDED_BYTES_MAX);
    private int addedLength;
    private byte @Nullable [] toldClient;
    private byte @Nullable [] toldWithAnswer;
    private int step;
    private @Nullable Callable<Object> work;
    private @Nullable Object outcome;
    private @Nullable Held held;
    private boolean latenessWanted;
    private long lateness;

    public RequestView(RequestHead head) {
        this.head = head;
    }

    /// Takes the head as it stands.
    ///
    /// @param clientAt the client's numeric address in ASCII
    public void begin(long clientAt, int clientLength) {
        certificate = null;
        reply = null;
        reason = "";
        identity = null;
        newPathBy = null;
        addedLength = 0;
        toldClient = null;
        toldWithAnswer = null;
        step = 0;
        work = null;
        outcome = null;
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

    /// How the client is connected.
    ///
    /// @param secure by TLS
    /// @param certificate that it has shown and that was found good, null for none
    public void cameBy(boolean secure, @Nullable ClientCertificate certificate) {
        this.secure = secure;
        this.certificate = certificate;
    }

    /// Whether the client came by TLS.
    public boolean isSecure() {
        return secure;
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

    /// Where there is room for a new path.
    public long newPathAt() {
        return newPathRoom;
    }

    /// What has made a new path since the view began, null where nothing has.
    @Nullable PathRewrite newPathBy() {
        return newPathBy;
    }

    /// @return as [PathRewrite#apply] does
    int newPathLength() {
        return newPathLength;
    }

    void newPath(PathRewrite by, int length) {
        newPathBy = by;
        newPathLength = length;
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

    /// Why the request is refused, for the audit log; quotes nothing secret.
    public String reason() {
        return reason;
    }

    public void reason(String words) {
        reason = words;
    }

    /// What the client is told besides the status that the filter returns, null for the usual.
    public @Nullable Reply reply() {
        return reply;
    }

    /// Has the client told that; returns its status, for the filter to return.
    public int reply(Reply told) {
        reply = told;
        return told.status();
    }

    /// What the client has proven of itself by TLS, null where it has not.
    public @Nullable ClientCertificate certificate() {
        return certificate;
    }

    /// Who the request is from, null while that is unknown.
    public @Nullable Identity identity() {
        return identity;
    }

    public void identity(@Nullable Identity proven) {
        identity = proven;
    }

    /// Adds octets to the head that the service gets: whole lines, each with its CR LF in the end.
    ///
    /// @return whether there was room
    public boolean add(byte[] octets) {
        if (addedLength + octets.length > ADDED_BYTES_MAX) {
            return false;
        }
        Memory.copy(octets, added + addedLength);
        addedLength += octets.length;
        return true;
    }

    public boolean add(long from, long to) {
        if (addedLength + (to - from) > ADDED_BYTES_MAX) {
            return false;
        }
        Memory.copy(from, added + addedLength, to - from);
        addedLength += (int) (to - from);
        return true;
    }

    /// What filters have added.
    public long added() {
        return added;
    }

    public int addedLength() {
        return addedLength;
    }

    /// Adds lines to the head of the answer, whoever answers; each with its CR LF.
    void tellClient(byte[] lines) {
        toldClient = lines;
    }

    /// Lines that filters want in the answer, null where none did since the view began.
    public byte @Nullable [] toldClient() {
        return toldClient;
    }

    /// Adds lines to the head of a service's answer; each with its CR LF.
    void tellWithAnswer(byte[] lines) {
        toldWithAnswer = lines;
    }

    /// As [#toldClient], in the answer of a service only.
    public byte @Nullable [] toldWithAnswer() {
        return toldWithAnswer;
    }

    /// Which filter is asked, counted from 0.
    int step() {
        return step;
    }

    void step(int next) {
        step = next;
    }

    /// Lets go of the request until that work, which may block and is done on another thread, has
    /// come to an outcome; then the same filter is asked again and finds it in [#outcome]. The work
    /// must not touch the view, and must end by itself.
    ///
    /// @return [Filter#WAIT], for the filter to return
    public int await(Callable<Object> blocking) {
        work = blocking;
        return Filter.WAIT;
    }

    /// The request holds a place until it is over.
    void hold(Bulkhead bulkhead, int place) {
        held = new Held(bulkhead, place, held);
    }

    /// The places that filters have taken for the request; the caller's from now on.
    public @Nullable Held takeHeld() {
        Held taken = held;
        held = null;
        return taken;
    }

    /// How long what is ready has waited for the loop, of late. Measured from the first question
    /// on.
    long lateness() {
        latenessWanted = true;
        return lateness;
    }

    public boolean isLatenessWanted() {
        return latenessWanted;
    }

    public void lateness(long nanos) {
        lateness = nanos;
    }

    /// What the filter that is asked has waited for, null where it is asked for the first time.
    public @Nullable Object outcome() {
        return outcome;
    }

    /// After [Filter#WAIT]: what is to be done.
    public Callable<Object> takeWork() {
        Callable<Object> taken = java.util.Objects.requireNonNull(work);
        work = null;
        return taken;
    }

    /// The filter that let go of the request, for [#resume].
    public int suspend() {
        return step;
    }

    /// After [#begin]: goes on where it was let go of.
    ///
    /// @param at what [#suspend] told
    public void resume(int at, @Nullable Identity proven, Object come) {
        step = at;
        identity = proven;
        outcome = come;
    }

    /// The outcome is for one filter only.
    void forgetOutcome() {
        outcome = null;
    }

    /// Notes a place, for [#foundAt] and [#foundEnd].
    public boolean found(long at, long end) {
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
