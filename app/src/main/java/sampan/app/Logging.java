package sampan.app;

import java.util.List;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// The daemon's log: one line per record on stderr, time, level, logger, message.
final class Logging {
    // The logging framework holds loggers weakly: one that we configured must not vanish.
    private static final Logger ROOT = Logger.getLogger("");

    private Logging() {}

    static void start(boolean debug) {
        Level level = debug ? Level.FINE : Level.INFO;
        for (var handler : ROOT.getHandlers()) {
            ROOT.removeHandler(handler);
        }
        ConsoleHandler handler = new ConsoleHandler();
        handler.setLevel(level);
        handler.setFormatter(new Line());
        ROOT.addHandler(handler);
        ROOT.setLevel(Level.INFO);
        KEPT.forEach(logger -> logger.setLevel(level));
        NETTY.setLevel(Level.SEVERE);
    }

    // A logger that nobody refers to is collected, and its level with it.
    private static final List<Logger> KEPT =
            List.of(Logger.getLogger("sampan"), Logger.getLogger("sampand"));

    // It warns of each connection that a unix socket has no keep-alive.
    private static final Logger NETTY = Logger.getLogger("io.netty.bootstrap");

    private static final class Line extends Formatter {
        @Override
        public String format(LogRecord entry) {
            StringBuilder text = new StringBuilder();
            text.append(entry.getInstant())
                    .append(' ')
                    .append(entry.getLevel())
                    .append(' ')
                    .append(entry.getLoggerName())
                    .append(": ")
                    .append(formatMessage(entry))
                    .append('\n');
            Throwable thrown = entry.getThrown();
            if (thrown != null) {
                java.io.StringWriter trace = new java.io.StringWriter();
                thrown.printStackTrace(new java.io.PrintWriter(trace, true));
                text.append(trace);
            }
            return text.toString();
        }
    }
}
