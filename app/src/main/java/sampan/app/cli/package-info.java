/// The command line: what `sampan` does, run in the daemon in its caller's name.
///
/// What all commands share. Commands write to the caller's descriptors, return the caller's exit
/// code, and fail with a [sampan.errors.SampanException], which is printed as one line.
@NullMarked
package sampan.app.cli;

import org.jspecify.annotations.NullMarked;
