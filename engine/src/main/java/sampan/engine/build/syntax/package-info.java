/// The Dockerfile's syntax (Dockerfile reference, "Format"): text to [Dockerfile], a list of typed
/// [Command]s with where they stand; words and variables in [Words]. Pure: knows no engine.
///
/// Every failure is INVALID with Docker's words and names its line.
@NullMarked
package sampan.engine.build.syntax;

import org.jspecify.annotations.NullMarked;
