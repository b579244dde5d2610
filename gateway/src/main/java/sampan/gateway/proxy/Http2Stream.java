package sampan.gateway.proxy;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import sampan.gateway.http2.Frame;
import sampan.gateway.wire.Octets;
import sampan.linux.net.Memory;
import sampan.linux.poll.Readiness;
import sampan.linux.sys.Errno;

/// One stream of an [Http2Session], to a [Connection] a pipe of HTTP/1.1: what comes is a head and
/// a body as they would come there, and what goes is taken apart into frames by [Http2Sender].
final class Http2Stream implements Stream {
    private static final int CHUNK_ROOM = 32;
    private static final byte[] LINE_END = Octets.ascii("\r\n");
    private static final byte[] LAST_CHUNK = Octets.ascii("0\r\n");

    final Loop loop;
    final Http2Sender sender = new Http2Sender();
    private @Nullable Http2Session session;
    private @Nullable Connection connection;
    private int id;

    // The head that has not been taken yet, then trailer lines.
    private long text;
    private int textCapacity;
    private int textFrom;
    private int textTo;
    // Octets of the body that have not been taken yet.
    private long body;
    private int bodyCapacity;
    private int bodyFrom;
    private int bodyTo;
    private boolean headed;
    private boolean headTaken;
    private boolean chunked;
    private boolean ended;
    private boolean endTaken;
    private boolean gone;
    private long declared;
    private int unacknowledged;
    int receiveWindow;

    Http2Stream(Loop loop) {
        this.loop = loop;
    }

    void begin(Http2Session session, Connection connection, int id, int sendWindow) {
        this.session = session;
        this.connection = connection;
        this.id = id;
        headed = false;
        headTaken = false;
        chunked = false;
        ended = false;
        endTaken = false;
        gone = false;
        declared = -1;
        unacknowledged = 0;
        receiveWindow = Frame.WINDOW;
        sender.begin(session, this, sendWindow);
    }

    int id() {
        return id;
    }

    void id(int id) {
        this.id = id;
    }

    Connection connection() {
        return Objects.requireNonNull(connection);
    }

    boolean isEnded() {
        return ended;
    }

    boolean hasHead() {
        return headed;
    }

    /// Takes a head as it is to be received; false where there is no memory.
    ///
    /// @param declared octets that must follow, -1 where it was not said
    boolean head(long at, long end, long declared, boolean last) {
        headed = true;
        this.declared = declared;
        chunked = declared < 0 && !last;
        ended |= last;
        endTaken |= last;
        return keepText(at, (int) (end - at));
    }

    /// An interim answer's head, in front of the others.
    boolean interim(long at, long end) {
        return keepText(at, (int) (end - at));
    }

    private boolean keepText(long at, int length) {
        int waiting = textTo - textFrom;
        int capacity = Buffers.capacity(waiting + length);
        long block = capacity == 0 ? 0 : loop.buffers.take(capacity);
        if (block == 0) {
            return false;
        }
        Memory.copy(text + textFrom, block, waiting);
        Memory.copy(at, block + waiting, length);
        freeText();
        text = block;
        textCapacity = capacity;
        textTo = waiting + length;
        return true;
    }

    private void freeText() {
        if (text != 0) {
            loop.buffers.give(text, textCapacity);
        }
        text = 0;
        textFrom = 0;
        textTo = 0;
    }

    /// Takes octets of the body.
    ///
    /// @return whether they are as declared, and there is memory
    boolean data(long at, int length, boolean last) {
        if (declared >= 0) {
            declared -= length;
            if (declared < 0 || last && declared > 0) {
                return false;
            }
        }
        ended |= last;
        if (length == 0) {
            return true;
        }
        if (bodyTo + length > bodyCapacity) {
            int waiting = bodyTo - bodyFrom;
            int capacity = Buffers.capacity(waiting + length);
            long block = capacity == 0 ? 0 : loop.buffers.take(capacity);
            if (block == 0) {
                return false;
            }
            Memory.copy(body + bodyFrom, block, waiting);
            freeBody();
            body = block;
            bodyCapacity = capacity;
            bodyTo = waiting;
        }
        Memory.copy(at, body + bodyTo, length);
        bodyTo += length;
        return true;
    }

    private void freeBody() {
        if (body != 0) {
            loop.buffers.give(body, bodyCapacity);
        }
        body = 0;
        bodyCapacity = 0;
        bodyFrom = 0;
        bodyTo = 0;
    }

    /// Takes trailer lines, which end the body. Where the body is no chunked one they have no place
    /// in HTTP/1.1 and are left out.
    boolean trailers(long at, long end) {
        ended = true;
        if (declared > 0) {
            return false;
        }
        return !chunked || end == at || keepText(at, (int) (end - at));
    }

    @Override
    public int receive(long at, int length) {
        if (!headTaken) {
            return textTo == 0 ? -Errno.EAGAIN : takeHead(at, length);
        }
        int n = bodyTo - bodyFrom;
        if (n > 0) {
            n = takeBody(at, length, n);
        }
        if (ended && bodyTo == 0 && chunked && !endTaken && length - n >= endLength()) {
            n += takeEnd(at + n);
        }
        if (n > 0) {
            return n;
        }
        boolean over = ended && !chunked && bodyTo == 0;
        endTaken |= over;
        return over ? 0 : -Errno.EAGAIN;
    }

    private int takeHead(long at, int length) {
        int n = Math.min(length, textTo - textFrom);
        Memory.copy(text + textFrom, at, n);
        textFrom += n;
        if (textFrom == textTo) {
            freeText();
            headTaken = headed;
        }
        return n;
    }

    private int takeBody(long at, int length, int waiting) {
        int n = Math.min(waiting, chunked ? length - CHUNK_ROOM : length);
        if (n <= 0) {
            return 0;
        }
        long p = at;
        if (chunked) {
            p = hex(n, p);
            Memory.copy(LINE_END, p);
            p += LINE_END.length;
        }
        Memory.copy(body + bodyFrom, p, n);
        p += n;
        if (chunked) {
            Memory.copy(LINE_END, p);
            p += LINE_END.length;
        }
        bodyFrom += n;
        if (bodyFrom == bodyTo) {
            freeBody();
        }
        consumed(n);
        return (int) (p - at);
    }

    private static long hex(int value, long to) {
        long p = to;
        for (int shift = 28 - Integer.numberOfLeadingZeros(value) / 4 * 4; shift >= 0; shift -= 4) {
            int digit = value >> shift & 15;
            Memory.put(p++, (byte) (digit < 10 ? '0' + digit : 'a' + digit - 10));
        }
        return p;
    }

    private int endLength() {
        return LAST_CHUNK.length + textTo - textFrom + LINE_END.length;
    }

    private int takeEnd(long at) {
        int lines = textTo - textFrom;
        int length = endLength();
        Memory.copy(LAST_CHUNK, at);
        Memory.copy(text + textFrom, at + LAST_CHUNK.length, lines);
        Memory.copy(LINE_END, at + length - LINE_END.length);
        freeText();
        endTaken = true;
        return length;
    }

    /// Lets the sender go on, a good part of the window at a time.
    private void consumed(int n) {
        Http2Session current = Objects.requireNonNull(session);
        current.consumed(n);
        unacknowledged += n;
        if (!ended && unacknowledged >= Frame.WINDOW / 2) {
            current.output.windowUpdate(id, unacknowledged);
            receiveWindow += unacknowledged;
            unacknowledged = 0;
        }
    }

    @Override
    public int send(long at, int length) {
        return sender.send(at, length);
    }

    @Override
    public int readiness() {
        boolean readable = headTaken ? bodyTo > bodyFrom || ended && !endTaken : textTo > textFrom;
        return (readable ? Readiness.IN : 0) | (sender.isBlocked() ? 0 : Readiness.OUT);
    }

    @Override
    public void watch(boolean readable, boolean writable) {
        int wanted = (readable ? Readiness.IN : 0) | (writable ? Readiness.OUT : 0);
        if ((readiness() & wanted) != 0) {
            loop.later(connection());
        }
    }

    /// The peer has ended it, or its connection: nothing more is told.
    void abandon() {
        gone = true;
    }

    @Override
    public void end(boolean broken) {
        Http2Session current = Objects.requireNonNull(session);
        if (!gone) {
            sender.end(broken, ended);
        }
        int unread = bodyTo - bodyFrom;
        freeText();
        freeBody();
        if (unread > 0) {
            current.consumed(unread);
        }
        session = null;
        connection = null;
        current.forget(this);
    }
}
