/// What a build copies from: the unpacked build context and the trees of stages and images, with
/// the rules that choose files (`.dockerignore`, wildcards, `--exclude`), their digests and their
/// copying. Trees are hostile: every path is opened by the kernel below their root.
@NullMarked
package sampan.engine.build.context;

import org.jspecify.annotations.NullMarked;
