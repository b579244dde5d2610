/// The one family of exceptions. Every failure that crosses a package is a [SampanException] with
/// an [ErrorCode]; the Docker API, the command line and later CRI map the codes once each.
@NullMarked
package sampan.errors;

import org.jspecify.annotations.NullMarked;
