/// The gateway's process: its launch, and the socket over which it is told what to do.
@NullMarked
package sampan.engine.gateway.process;

import org.jspecify.annotations.NullMarked;
