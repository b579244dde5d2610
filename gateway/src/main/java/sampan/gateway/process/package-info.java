/// The process `sampan-gateway`: arguments, start, changes of its file, end.
@NullMarked
package sampan.gateway.process;

import org.jspecify.annotations.NullMarked;
