/// Active health checks: whether a target gets requests is asked of the target itself.
///
/// They run on virtual threads, beside the loops, and tell a [sampan.gateway.routes.Target] what
/// they found; the loops read one field.
@NullMarked
package sampan.gateway.health;

import org.jspecify.annotations.NullMarked;
