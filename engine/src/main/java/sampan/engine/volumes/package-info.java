/// Named and anonymous volumes: directories that outlive containers.
///
/// [Volumes] is what the engine asks of whoever keeps them; `volumes.local` keeps them below the
/// engine's root. A volume is referred to by the containers that mount it, running or not
/// ([Volumes#refer]); while one does, it cannot be removed.
@NullMarked
package sampan.engine.volumes;

import org.jspecify.annotations.NullMarked;
