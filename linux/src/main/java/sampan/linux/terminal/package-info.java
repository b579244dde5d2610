/// Terminals: modes, window sizes and pseudo-terminals (termios(3), tty_ioctl(4), pty(7)).
///
/// [Terminal] has the calls on a descriptor, [Termios] the modes, [WindowSize] rows and columns.
/// Whoever makes a terminal raw keeps the [Termios] that it got and restores it.
///
/// Threads: any; nothing blocks.
@NullMarked
package sampan.linux.terminal;

import org.jspecify.annotations.NullMarked;
