/// The engine about itself: `_ping`, `version`, `info`, `events`, `system/df`, and clear refusals
/// for the parts of Docker's API that have nothing behind them here.
@NullMarked
package sampan.api.system;

import org.jspecify.annotations.NullMarked;
