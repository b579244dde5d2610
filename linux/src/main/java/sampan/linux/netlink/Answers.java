package sampan.linux.netlink;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import sampan.errors.ErrnoException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.sys.Kernel;

/// What comes back in one exchange: acknowledgements counted, failures kept, content handed on.
final class Answers {
    /// Above any table that a sane host has; a kernel that goes on is cut off here.
    private static final int LIMIT = 1 << 20;

    private static final int ATTRIBUTE_MESSAGE = 1;
    private static final int CAPPED_ERROR = 4 + NetlinkMessage.HEADER;

    private final String subject;
    private final int first;
    private final int next;
    private final Consumer<NetlinkMessage> content;
    private int owed;
    private int seen;
    private boolean interrupted;
    private @Nullable ErrnoException failure;

    /// @param first sequence number of the first request
    /// @param next the number behind the last
    /// @param owed how many acknowledgements or dump ends are to come
    Answers(String subject, int first, int next, int owed, Consumer<NetlinkMessage> content) {
        this.subject = subject;
        this.first = first;
        this.next = next;
        this.owed = owed;
        this.content = content;
    }

    /// Whether something is still to come for certain; after a failure the rest may be missing.
    boolean owed() {
        return owed > 0 && failure == null;
    }

    boolean failed() {
        return failure != null;
    }

    /// Whether the table changed during a dump, which may then have holes.
    boolean interrupted() {
        return interrupted;
    }

    void throwFailure() {
        if (failure != null) {
            throw failure;
        }
    }

    void accept(NetlinkMessage message) {
        if (message.sequence() - first < 0 || message.sequence() - next >= 0) {
            return;
        }
        if (++seen > LIMIT) {
            throw new SampanException(
                    ErrorCode.INTERNAL,
                    "netlink answer about " + subject + " exceeds " + LIMIT + " messages");
        }
        interrupted |= (message.flags() & NetlinkMessage.FLAG_DUMP_INTERRUPTED) != 0;
        switch (message.type()) {
            case NetlinkMessage.TYPE_ERROR -> {
                owed--;
                fail(-message.u32(0), message);
            }
            case NetlinkMessage.TYPE_DONE -> {
                owed--;
                fail(message.body().byteSize() < 4 ? 0 : -message.u32(0), message);
            }
            case NetlinkMessage.TYPE_OVERRUN -> interrupted = true;
            default -> content.accept(message);
        }
    }

    private void fail(int errno, NetlinkMessage message) {
        if (errno <= 0 || failure != null) {
            return;
        }
        String reason =
                message.type() == NetlinkMessage.TYPE_ERROR
                                && (message.flags() & NetlinkMessage.FLAG_TLVS) != 0
                        ? message.attributes(errorHeader(message))
                                .string(ATTRIBUTE_MESSAGE)
                                .map(text -> " (" + text + ")")
                                .orElse("")
                        : "";
        failure = new ErrnoException("netlink", errno, Kernel.errorText(errno) + reason, subject);
    }

    private static int errorHeader(NetlinkMessage message) {
        if ((message.flags() & NetlinkMessage.FLAG_CAPPED) != 0) {
            return CAPPED_ERROR;
        }
        // The request is quoted in full: its own header says how long it was.
        return 4 + ((Math.max(message.u32(4), NetlinkMessage.HEADER) + 3) & ~3);
    }
}
