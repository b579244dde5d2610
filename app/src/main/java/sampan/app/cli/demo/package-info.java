/// `sampan demo`: samples that run, and what was measured of them.
@NullMarked
package sampan.app.cli.demo;

import org.jspecify.annotations.NullMarked;
