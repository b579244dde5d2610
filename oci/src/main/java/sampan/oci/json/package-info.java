/// JSON, strict and bounded: the one place that knows the JSON library.
@NullMarked
package sampan.oci.json;

import org.jspecify.annotations.NullMarked;
