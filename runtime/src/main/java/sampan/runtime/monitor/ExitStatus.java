package sampan.runtime.monitor;

/// How a process ended, from wait(2)'s status word.
public sealed interface ExitStatus {
    /// It called exit.
    record Exited(int value) implements ExitStatus {}

    /// A signal ended it.
    record Signaled(int signal, boolean coreDumped) implements ExitStatus {}

    /// What users of Docker see: the exit value, or 128 + signal.
    default int code() {
        return switch (this) {
            case Exited(int value) -> value;
            case Signaled(int signal, boolean _) -> 128 + signal;
        };
    }

    static ExitStatus ofWaitStatus(int status) {
        int signal = status & 0x7f;
        return signal == 0
                ? new Exited(status >> 8 & 0xff)
                : new Signaled(signal, (status & 0x80) != 0);
    }
}
