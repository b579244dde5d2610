/// Capabilities (capabilities(7)): the names, sets of them, and what this process and this kernel
/// have.
///
/// A [Capability] is one privilege, a [CapabilitySet] an immutable set of them as the kernel keeps
/// it: one bit each in 64. [ProcessCapabilities] are the five sets of a running process. Nothing
/// here changes anybody's privileges: the launcher does that, from the masks computed here.
@NullMarked
package sampan.linux.capabilities;

import org.jspecify.annotations.NullMarked;
