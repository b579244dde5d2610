/// The command line: what `sampan` does, run in the daemon in its caller's name.
///
/// [Cli] finds the command by its words and only then builds its option model: reflection over all
/// commands at each call would cost more than the call. Commands write to the caller's descriptors,
/// return the caller's exit code, and fail with a [sampan.errors.SampanException], which [Cli]
/// prints as one line.
@NullMarked
package sampan.app.cli;

import org.jspecify.annotations.NullMarked;
