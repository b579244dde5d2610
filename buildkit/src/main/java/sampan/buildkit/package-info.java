/// BuildKit's services for docker clients whose builds go by buildx or Compose: gRPC on connections
/// that left HTTP, before the engine's own builder. Its classes are loaded with the first such
/// connection.
@NullMarked
package sampan.buildkit;

import org.jspecify.annotations.NullMarked;
