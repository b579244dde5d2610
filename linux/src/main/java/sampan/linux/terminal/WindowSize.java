package sampan.linux.terminal;

/// Size in characters, each 0 to 65535; 0 means unknown.
public record WindowSize(int rows, int columns) {
    public WindowSize {
        if (rows < 0 || rows > 0xFFFF || columns < 0 || columns > 0xFFFF) {
            throw new IllegalArgumentException(
                    "window of " + rows + " rows and " + columns + " columns: each 0 to 65535");
        }
    }
}
