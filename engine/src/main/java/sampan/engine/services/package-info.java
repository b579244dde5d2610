/// The use cases: what the Docker API, the command line and later CRI call. Each service is
/// thread-safe, blocks the calling (virtual or platform) thread until done, and fails with a
/// [sampan.errors.SampanException]. Readers never wait for a container that is stuck.
@NullMarked
package sampan.engine.services;

import org.jspecify.annotations.NullMarked;
