/// Commands on the engine itself: info, version, events, disk use, doctor.
@NullMarked
package sampan.app.cli.system;

import org.jspecify.annotations.NullMarked;
