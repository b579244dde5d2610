/// The daemon's side of `sampan-launch`: spawning it with a plan, what it reports, its records on
/// disk, and finding it again after the daemon was restarted. The protocol is `monitor.h`.
@NullMarked
package sampan.runtime.monitor;

import org.jspecify.annotations.NullMarked;
