/// Processes: starting them ([Spawner]), holding on to them ([Pidfd]), reaping them ([Children]),
/// naming signals ([Signals]) and reading what /proc tells of them ([ProcessTable]).
///
/// A child that [Spawner] started belongs to whoever started it, who has it reaped by
/// [Children#reapOnExit] or asks [Children#reap]; nothing else in the daemon waits for it. A pid
/// alone is only safe while its process is our unreaped child; for all others there is [Pidfd].
///
/// Threads: everything may be called from any thread and blocks no longer than the kernel takes to
/// start a process.
@NullMarked
package sampan.linux.process;

import org.jspecify.annotations.NullMarked;
