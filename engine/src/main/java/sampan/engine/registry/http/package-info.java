/// Registries over HTTP, by the JDK's client.
///
/// An [HttpRepository] tries its [Endpoint]s in their order. Each has a [Door]: it finds out how
/// the host is spoken to, answers challenges with tokens or passwords, follows redirects without
/// taking credentials along, and words refusals. A body is a [BodyChannel], which notices when a
/// peer stalls or crawls.
@NullMarked
package sampan.engine.registry.http;

import org.jspecify.annotations.NullMarked;
