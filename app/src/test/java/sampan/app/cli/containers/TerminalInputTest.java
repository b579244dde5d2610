package sampan.app.cli.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sampan.engine.services.StreamService.AttachSession;
import sampan.linux.files.FileIo;

@Timeout(60)
class TerminalInputTest {
    private static final int TIMES = 500;

    /// Takes down what is typed.
    private static final class Typed implements AttachSession {
        private final BlockingQueue<Byte> bytes = new ArrayBlockingQueue<>(16);

        @Override
        public Optional<SocketChannel> output() {
            return Optional.empty();
        }

        @Override
        public boolean tty() {
            return true;
        }

        @Override
        public void writeStdin(ByteBuffer content) {
            while (content.hasRemaining()) {
                bytes.add(content.get());
            }
        }

        @Override
        public void closeStdin() {}

        @Override
        public void close() {}
    }

    @Test
    void keysTypedBeforeTheAttachmentStoodDoNotLoseTheLaterOnes() throws Exception {
        for (int i = 0; i < TIMES; i++) {
            Typed typed = new Typed();
            try (FileIo.Pipe terminal = FileIo.pipe2(0)) {
                FileIo.write(terminal.writeEnd(), new byte[] {'a'});
                try (TerminalInput input = input(terminal, typed)) {
                    assertThat(typed.bytes.poll(10, TimeUnit.SECONDS)).isEqualTo((byte) 'a');
                    FileIo.write(terminal.writeEnd(), new byte[] {'b'});
                    assertThat(typed.bytes.poll(10, TimeUnit.SECONDS))
                            .as("after " + i + " times")
                            .isEqualTo((byte) 'b');
                }
            }
        }
    }

    @Test
    void aContainerThatDoesNotReadHoldsUpNobodyElse() throws Exception {
        Typed full = new Typed();
        for (int i = 0; i < 16; i++) {
            full.bytes.add((byte) 'x');
        }
        Typed other = new Typed();
        try (FileIo.Pipe first = FileIo.pipe2(0);
                FileIo.Pipe second = FileIo.pipe2(0);
                TerminalInput stuck = input(first, full);
                TerminalInput input = input(second, other)) {
            FileIo.write(first.writeEnd(), new byte[] {'a'});
            FileIo.write(second.writeEnd(), new byte[] {'b'});
            assertThat(other.bytes.poll(10, TimeUnit.SECONDS)).isEqualTo((byte) 'b');
        }
    }

    private static TerminalInput input(FileIo.Pipe terminal, AttachSession session) {
        return new TerminalInput(terminal.readEnd(), session, DetachKeys.parse(""), () -> {});
    }
}
