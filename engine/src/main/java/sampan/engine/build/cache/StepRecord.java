package sampan.engine.build.cache;

import java.time.Instant;
import java.util.Optional;
import sampan.engine.images.transfer.BuiltImages.BuiltLayer;

/// A step that was done.
///
/// @param layer what it made; absent where it changed the config alone
/// @param boot the machine's run in which its blob was known to be whole
public record StepRecord(
        String key,
        StepInput input,
        Optional<BuiltLayer> layer,
        Instant created,
        Instant used,
        long uses,
        String boot) {
    StepRecord usedAgain(Instant now, String thisBoot) {
        return new StepRecord(key, input, layer, created, now, uses + 1, thisBoot);
    }
}
