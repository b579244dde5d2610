/// The policy that keeps the disk from filling: above a high mark it takes away what is used least,
/// down to a low mark, and tells what went and why. What runs, is built, is pulled or has a
/// container is never touched (docs/adr/0009-disk-policy.md).
@NullMarked
package sampan.engine.disk;

import org.jspecify.annotations.NullMarked;
