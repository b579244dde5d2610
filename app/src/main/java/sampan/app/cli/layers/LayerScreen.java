package sampan.app.cli.layers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import sampan.app.cli.Style;
import sampan.app.session.Caller;
import sampan.errors.SampanException;
import sampan.linux.files.FileIo;
import sampan.linux.poll.Poller;
import sampan.linux.poll.Readiness;
import sampan.linux.poll.Registration;

/// Lets a caller's terminal browse. The command's thread draws; a poller reads keys, so that none
/// is waited for when the command ends by a signal.
final class LayerScreen {
    private static final int READ_BYTES = 1024;
    private static final int CHUNKS_MAX = 64;
    private static final int ROWS_DEFAULT = 24;
    private static final int COLUMNS_DEFAULT = 80;
    private static final byte[] END = new byte[0];

    /// No key.
    private static final byte[] RESIZED = {0};

    private static final String ENTER = "\u001b[?1049h\u001b[?25l";
    private static final String LEAVE = "\u001b[?25h\u001b[?1049l";

    private final Caller caller;
    private final Style style;
    private final BlockingQueue<byte[]> typed = new ArrayBlockingQueue<>(CHUNKS_MAX + 2);

    LayerScreen(Caller caller, Style style) {
        this.caller = caller;
        this.style = style;
    }

    /// Whether the caller sits at a terminal that can be drawn on.
    static boolean suits(Caller caller) {
        return caller.stdinIsTerminal()
                && caller.stdoutIsTerminal()
                && !"dumb".equals(caller.environment().getOrDefault("TERM", "dumb"));
    }

    /// Returns when the caller has seen enough.
    void browse(LayerBrowser browser) throws InterruptedException {
        caller.rawTerminal(true);
        caller.onResize(() -> typed.offer(RESIZED));
        Poller poller = Poller.start("layer-keys");
        Registration keys = poller.register(caller.stdin(), Readiness.IN, (r, _) -> read(r));
        caller.out().print(ENTER);
        try {
            do {
                draw(browser);
            } while (take(browser, keys));
        } finally {
            keys.close();
            // Not waited for: it may stand in a read that only the next key ends.
            Thread.ofVirtual().name("layer-keys end").start(poller::close);
            caller.out().print(LEAVE);
            caller.out().flush();
            caller.rawTerminal(false);
        }
    }

    private void read(Registration ready) {
        byte[] piece = new byte[READ_BYTES];
        int size;
        try {
            size = FileIo.read(caller.stdin(), piece);
        } catch (SampanException e) {
            size = 0;
        }
        if (size == 0 || typed.size() >= CHUNKS_MAX) {
            ready.events(0);
        }
        typed.offer(size == 0 ? END : Arrays.copyOf(piece, size));
    }

    /// Takes all that was typed by now, waiting for the first; false at the end.
    private boolean take(LayerBrowser browser, Registration keys) throws InterruptedException {
        List<byte[]> pieces = new ArrayList<>(List.of(typed.take()));
        typed.drainTo(pieces);
        for (byte[] piece : pieces) {
            if (piece.length == 0 || !Key.decode(piece).stream().allMatch(browser::press)) {
                return false;
            }
        }
        keys.events(Readiness.IN);
        return true;
    }

    private void draw(LayerBrowser browser) {
        int rows = caller.rows() == 0 ? ROWS_DEFAULT : caller.rows();
        int columns = caller.columns() == 0 ? COLUMNS_DEFAULT : caller.columns();
        List<String> lines = browser.lines(rows, columns, style);
        StringBuilder screen = new StringBuilder("\u001b[H");
        for (int i = 0; i < Math.min(rows, lines.size()); i++) {
            screen.append(i == 0 ? "" : "\r\n").append(lines.get(i));
        }
        caller.out().print(screen.append("\u001b[J"));
        caller.out().flush();
    }
}
