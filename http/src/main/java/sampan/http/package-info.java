@NullMarked
package sampan.http;

import org.jspecify.annotations.NullMarked;
