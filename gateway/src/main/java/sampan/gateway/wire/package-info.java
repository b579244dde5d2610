/// HTTP/1.1 on native memory: heads, chunked bodies, framing. Strict, bounded, and without an
/// object per message.
///
/// [RequestHead] and [ResponseHead] are read at an address and hold offsets; one of each per loop
/// is used again for every message. What two servers could read in two ways is refused with a
/// [Refusal]: that is what keeps requests from being smuggled. [BodyFraming] follows a body's bytes
/// through and tells where it ends.
///
/// Sources: RFC 9110, RFC 9112. Threads: everything here belongs to one loop.
@NullMarked
package sampan.gateway.wire;

import org.jspecify.annotations.NullMarked;
