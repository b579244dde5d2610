package sampan.engine.services;

import java.util.Optional;
import sampan.linux.sys.Fd;

/// A client's own standard descriptors; the caller keeps ownership, the engine duplicates.
public record Descriptors(Optional<Fd> stdin, Optional<Fd> stdout, Optional<Fd> stderr) {}
