package sampan.linux.process;

/// How a process ended, as wait(2) encodes it.
public record WaitStatus(int raw) {
    /// Whether it ended by itself, with an [#exitCode].
    public boolean exited() {
        return signal() == 0;
    }

    /// 0 to 255; 0 for who was killed.
    public int exitCode() {
        return exited() ? (raw >> 8) & 0xFF : 0;
    }

    /// The signal that killed it, or 0.
    public int signal() {
        return raw & 0x7F;
    }

    public boolean coreDumped() {
        return (raw & 0x80) != 0;
    }

    /// The exit code as shells count: 128 plus the signal for who was killed.
    public int shellCode() {
        return exited() ? exitCode() : 128 + signal();
    }
}
