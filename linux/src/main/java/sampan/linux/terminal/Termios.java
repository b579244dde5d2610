package sampan.linux.terminal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// Modes of a terminal, as the kernel's struct termios holds them (asm-generic/termbits.h).
///
/// @param special the 19 special characters (c_cc)
public record Termios(
        int input, int output, int control, int local, byte line, List<Byte> special) {
    /// Turns a newline that is written into carriage return and newline.
    public static final int ONLCR = 04;

    public static final int OPOST = 01;
    public static final int ECHO = 010;
    public static final int ICANON = 02;
    public static final int ISIG = 01;

    static final int SIZE = 36;
    private static final int SPECIAL_OFFSET = 17;
    private static final int SPECIAL_COUNT = 19;
    private static final int VTIME = 5;
    private static final int VMIN = 6;

    // IGNBRK BRKINT PARMRK ISTRIP INLCR IGNCR ICRNL IXON
    private static final int INPUT_COOKED = 01 | 02 | 010 | 040 | 0100 | 0200 | 0400 | 02000;
    // ECHO ECHONL ICANON ISIG IEXTEN
    private static final int LOCAL_COOKED = ECHO | 0100 | ICANON | ISIG | 0100000;
    // CSIZE PARENB
    private static final int CONTROL_COOKED = 060 | 0400;
    private static final int CS8 = 060;

    public Termios {
        special = List.copyOf(special);
    }

    /// The same in raw mode (cfmakeraw(3)): bytes pass unchanged, one by one, and make no signals.
    public Termios raw() {
        Byte[] characters = special.toArray(new Byte[0]);
        characters[VMIN] = 1;
        characters[VTIME] = 0;
        return new Termios(
                input & ~INPUT_COOKED,
                output & ~OPOST,
                (control & ~CONTROL_COOKED) | CS8,
                local & ~LOCAL_COOKED,
                line,
                List.of(characters));
    }

    /// The same with other output modes.
    public Termios withOutput(int modes) {
        return new Termios(input, modes, control, local, line, special);
    }

    static Termios of(MemorySegment s) {
        Byte[] characters = new Byte[SPECIAL_COUNT];
        for (int i = 0; i < SPECIAL_COUNT; i++) {
            characters[i] = s.get(ValueLayout.JAVA_BYTE, SPECIAL_OFFSET + i);
        }
        return new Termios(
                s.get(ValueLayout.JAVA_INT, 0),
                s.get(ValueLayout.JAVA_INT, 4),
                s.get(ValueLayout.JAVA_INT, 8),
                s.get(ValueLayout.JAVA_INT, 12),
                s.get(ValueLayout.JAVA_BYTE, 16),
                List.of(characters));
    }

    void write(MemorySegment s) {
        s.set(ValueLayout.JAVA_INT, 0, input);
        s.set(ValueLayout.JAVA_INT, 4, output);
        s.set(ValueLayout.JAVA_INT, 8, control);
        s.set(ValueLayout.JAVA_INT, 12, local);
        s.set(ValueLayout.JAVA_BYTE, 16, line);
        for (int i = 0; i < SPECIAL_COUNT; i++) {
            s.set(ValueLayout.JAVA_BYTE, SPECIAL_OFFSET + i, special.get(i));
        }
    }
}
