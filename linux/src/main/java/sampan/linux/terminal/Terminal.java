package sampan.linux.terminal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;
import sampan.linux.sys.Open;

/// Calls on a terminal's descriptor, which stays the caller's. On what is no terminal they fail
/// (ENOTTY), but for [#isTerminal].
public final class Terminal {
    // asm-generic/ioctls.h
    private static final long TCGETS = 0x5401;
    private static final long TCSETS = 0x5402;
    private static final long TIOCGWINSZ = 0x5413;
    private static final long TIOCSWINSZ = 0x5414;
    private static final long TIOCSPTLCK = 0x40045431L;
    private static final long TIOCGPTPEER = 0x5441;

    private Terminal() {}

    public static boolean isTerminal(Fd fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment termios = arena.allocate(Termios.SIZE, 4);
            return Kernel.raw(Nr.IOCTL, fd.number(), TCGETS, termios.address()) == 0;
        }
    }

    public static Termios modes(Fd terminal) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment termios = arena.allocate(Termios.SIZE, 4);
            ioctl("TCGETS", terminal, TCGETS, termios.address());
            return Termios.of(termios);
        }
    }

    /// Sets the modes at once.
    public static void setModes(Fd terminal, Termios modes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment termios = arena.allocate(Termios.SIZE, 4);
            modes.write(termios);
            ioctl("TCSETS", terminal, TCSETS, termios.address());
        }
    }

    /// Makes the terminal raw.
    ///
    /// @return the modes before, for [#setModes] to restore
    public static Termios makeRaw(Fd terminal) {
        Termios before = modes(terminal);
        setModes(terminal, before.raw());
        return before;
    }

    public static WindowSize size(Fd terminal) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(8, 2);
            ioctl("TIOCGWINSZ", terminal, TIOCGWINSZ, size.address());
            return new WindowSize(
                    size.get(ValueLayout.JAVA_SHORT, 0) & 0xFFFF,
                    size.get(ValueLayout.JAVA_SHORT, 2) & 0xFFFF);
        }
    }

    /// Sets the size; the foreground process group gets SIGWINCH where it differs.
    public static void resize(Fd terminal, WindowSize to) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(8, 2);
            size.set(ValueLayout.JAVA_SHORT, 0, (short) to.rows());
            size.set(ValueLayout.JAVA_SHORT, 2, (short) to.columns());
            ioctl("TIOCSWINSZ", terminal, TIOCSWINSZ, size.address());
        }
    }

    /// Both ends of a pseudo-terminal.
    public record Pty(Fd master, Fd slave) implements AutoCloseable {
        @Override
        public void close() {
            master.close();
            slave.close();
        }
    }

    /// A new one from the host's /dev/ptmx; neither end becomes our controlling terminal.
    public static Pty openPty() {
        int flags = Open.RDWR | Open.NOCTTY;
        Fd master = Fd.open("/dev/ptmx", flags);
        try (Arena arena = Arena.ofConfined()) {
            ioctl("TIOCSPTLCK", master, TIOCSPTLCK, arena.allocate(4, 4).address());
            long peer = flags | Open.CLOEXEC;
            return new Pty(master, Fd.own(ioctl("TIOCGPTPEER", master, TIOCGPTPEER, peer)));
        } catch (RuntimeException e) {
            master.close();
            throw e;
        }
    }

    private static long ioctl(String name, Fd fd, long request, long argument) {
        return Kernel.call("ioctl", name + " " + fd, Nr.IOCTL, fd.number(), request, argument);
    }
}
