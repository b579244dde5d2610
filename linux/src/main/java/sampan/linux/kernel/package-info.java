/// What the running kernel offers this process.
///
/// [Features] is asked once at the start of the daemon ([Features#probe]) and decides between ways
/// of doing the same, such as the mount API by descriptor or mount(2); `sampan doctor` prints it. A
/// [Feature] is probed by a call that cannot do anything, wherever there is such a call: version
/// numbers lie on kernels with backports, and a call may be forbidden to us by a seccomp filter.
/// Those that only the version tells say so.
///
/// Threads: any. Life cycle: a [Features] is immutable and does not follow later changes.
@NullMarked
package sampan.linux.kernel;

import org.jspecify.annotations.NullMarked;
