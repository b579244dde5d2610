package sampan.linux.process;

/// A child that runs. Its pid stays its own until somebody reaps it.
public record Spawned(int pid) {}
