package sampan.linux.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sampan.errors.ErrnoException;
import sampan.linux.files.FileIo;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

@Timeout(30)
class TerminalTest {
    @Test
    void rawPassesBytesAndRestoredCooksThem() {
        try (Terminal.Pty pty = Terminal.openPty()) {
            byte[] buffer = new byte[20];
            Termios before = Terminal.makeRaw(pty.slave());
            assertThat(Terminal.modes(pty.slave()).local() & Termios.ECHO).isZero();
            FileIo.write(pty.slave(), new byte[] {'a', '\n'});
            assertThat(FileIo.read(pty.master(), buffer)).isEqualTo(2);
            FileIo.write(pty.master(), new byte[] {3});
            assertThat(FileIo.read(pty.slave(), buffer)).isEqualTo(1);
            assertThat(buffer[0]).isEqualTo((byte) 3);

            Terminal.setModes(pty.slave(), before);
            assertThat(Terminal.modes(pty.slave())).isEqualTo(before);
            FileIo.write(pty.slave(), new byte[] {'a', '\n'});
            assertThat(FileIo.read(pty.master(), buffer)).isEqualTo(3);
            assertThat(buffer).startsWith((byte) 'a', (byte) '\r', (byte) '\n');

            Terminal.setModes(pty.slave(), before.withOutput(before.output() & ~Termios.ONLCR));
            FileIo.write(pty.slave(), new byte[] {'a', '\n'});
            assertThat(FileIo.read(pty.master(), buffer)).isEqualTo(2);
        }
    }

    @Test
    void sizesAreSharedByBothEnds() {
        try (Terminal.Pty pty = Terminal.openPty()) {
            Terminal.resize(pty.master(), new WindowSize(50, 65535));
            assertThat(Terminal.size(pty.slave())).isEqualTo(new WindowSize(50, 65535));
        }
        assertThatThrownBy(() -> new WindowSize(-1, 2))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatIsNoTerminal() {
        try (Fd none = Fd.open("/dev/null", Open.RDWR);
                Terminal.Pty pty = Terminal.openPty()) {
            assertThat(Terminal.isTerminal(none)).isFalse();
            assertThat(Terminal.isTerminal(pty.slave())).isTrue();
            assertThatThrownBy(() -> Terminal.modes(none))
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            e -> assertThat(e.errno()).isEqualTo(Errno.ENOTTY));
        }
    }
}
