/// `sampan explain`: a container's launch step by step, its namespaces, its end in words.
@NullMarked
package sampan.app.cli.explain;

import org.jspecify.annotations.NullMarked;
