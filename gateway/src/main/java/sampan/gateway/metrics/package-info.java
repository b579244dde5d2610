/// Counters of what passed, and the access log.
///
/// [RouteStats] has a writer per loop and any number of readers; [AccessLog] takes lines from the
/// loops without making them wait.
@NullMarked
package sampan.gateway.metrics;

import org.jspecify.annotations.NullMarked;
