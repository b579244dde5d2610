package sampan.engine.services;

import java.util.Optional;
import java.util.function.IntConsumer;
import sampan.linux.sys.Fd;

/// A client's own standard descriptors; the caller keeps ownership, the engine duplicates.
///
/// @param broken told the errno when writing to them failed: nothing more is written then, and the
///   process runs on. Called on the poller's thread: hand over and return
public record Descriptors(
        Optional<Fd> stdin, Optional<Fd> stdout, Optional<Fd> stderr, IntConsumer broken) {}
