package sampan.linux.sockets;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;

/// sendmsg(2) and recvmsg(2) with SCM_RIGHTS. Offsets are those of 64-bit Linux: msghdr has iov at
/// 16, iovlen 24, control 32, controllen 40, flags 48; cmsghdr len 0, level 8, type 12, data 16.
final class Messages {
    private static final int MSGHDR_SIZE = 56;
    private static final int CMSG_DATA = 16;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int CMSG_CLOEXEC = 0x40000000;
    private static final int TRUNC = 0x20;
    private static final int CTRUNC = 0x8;
    private static final int BUFFER_MAX = 1 << 20;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private Messages() {}

    /// @return bytes taken, or -1 where the call would wait and may not
    static int send(Fd socket, byte[] data, List<Fd> fds, int flags) {
        if (fds.size() > UnixSocket.FDS_MAX) {
            throw new IllegalArgumentException(
                    fds.size() + " descriptors: at most " + UnixSocket.FDS_MAX + " in a message");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(Math.max(1, data.length));
            MemorySegment.copy(data, 0, memory, ValueLayout.JAVA_BYTE, 0, data.length);
            MemorySegment header = header(arena, memory.asSlice(0, data.length));
            if (!fds.isEmpty()) {
                MemorySegment control = arena.allocate(controlSize(fds.size()), 8);
                control.set(LONG, 0, CMSG_DATA + 4L * fds.size());
                control.set(INT, 8, SOL_SOCKET);
                control.set(INT, 12, SCM_RIGHTS);
                for (int i = 0; i < fds.size(); i++) {
                    control.set(INT, CMSG_DATA + 4L * i, fds.get(i).number());
                }
                header.set(LONG, 32, control.address());
                header.set(LONG, 40, control.byteSize());
            }
            return (int) transfer("sendmsg", Nr.SENDMSG, socket, header, flags);
        }
    }

    static Optional<Received> receive(Fd socket, MemorySegment buffer, int fdsMax, int flags) {
        if (fdsMax < 0 || fdsMax > UnixSocket.FDS_MAX) {
            throw new IllegalArgumentException("fdsMax " + fdsMax + ": 0 to " + UnixSocket.FDS_MAX);
        }
        try (Arena arena = Arena.ofConfined()) {
            boolean heap = !buffer.isNative();
            MemorySegment memory =
                    heap ? arena.allocate(Math.clamp(buffer.byteSize(), 1, BUFFER_MAX)) : buffer;
            MemorySegment room =
                    heap ? memory.asSlice(0, Math.min(buffer.byteSize(), BUFFER_MAX)) : memory;
            MemorySegment header = header(arena, room);
            MemorySegment control = arena.allocate(Math.max(8, controlSize(fdsMax)), 8);
            if (fdsMax > 0) {
                header.set(LONG, 32, control.address());
                // Without the padding, in which one descriptor more would fit.
                header.set(LONG, 40, CMSG_DATA + 4L * fdsMax);
            }
            long size = transfer("recvmsg", Nr.RECVMSG, socket, header, flags | CMSG_CLOEXEC);
            if (size < 0) {
                return Optional.empty();
            }
            List<Fd> fds = fds(control.asSlice(0, header.get(LONG, 40)));
            if (heap) {
                MemorySegment.copy(memory, 0, buffer, 0, Math.min(size, room.byteSize()));
            }
            boolean truncated = (header.get(INT, 48) & (TRUNC | CTRUNC)) != 0;
            return Optional.of(new Received((int) size, fds, truncated));
        }
    }

    private static List<Fd> fds(MemorySegment control) {
        List<Fd> fds = new ArrayList<>();
        for (long at = 0; at + CMSG_DATA <= control.byteSize(); ) {
            long length = control.get(LONG, at);
            if (length < CMSG_DATA || at + length > control.byteSize()) {
                break;
            }
            if (control.get(INT, at + 8) == SOL_SOCKET && control.get(INT, at + 12) == SCM_RIGHTS) {
                for (long i = at + CMSG_DATA; i + 4 <= at + length; i += 4) {
                    fds.add(Fd.own(control.get(INT, i)));
                }
            }
            at += (length + 7) & ~7L;
        }
        return fds;
    }

    private static MemorySegment header(Arena arena, MemorySegment data) {
        MemorySegment vector = arena.allocateFrom(LONG, data.address(), data.byteSize());
        MemorySegment header = arena.allocate(MSGHDR_SIZE, 8);
        header.set(LONG, 16, vector.address());
        header.set(LONG, 24, 1);
        return header;
    }

    private static long controlSize(int fds) {
        return fds == 0 ? 0 : CMSG_DATA + ((4L * fds + 7) & ~7L);
    }

    private static long transfer(String call, long nr, Fd socket, MemorySegment header, int flags) {
        while (true) {
            long result = Kernel.raw(nr, socket.number(), header.address(), flags);
            if (result >= 0) {
                return result;
            }
            if (result == -Errno.EAGAIN) {
                return -1;
            }
            if (result != -Errno.EINTR) {
                throw Kernel.failure(call, (int) -result, socket.toString());
            }
        }
    }
}
