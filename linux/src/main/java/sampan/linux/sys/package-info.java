/// System calls by `java.lang.foreign`: the one place that makes native calls and knows errno.
///
/// [Kernel] is the raw entry, [Fd] an owned descriptor. The packages beside this one (mounts,
/// cgroups, netlink, ...) build safe wrappers on them; outside of `linux` nobody uses [Kernel].
///
/// Threads: a native call that blocks pins the carrier of a virtual thread (measured: 40 sleeps of
/// 50 ms on two carriers take a second). Calls that may block belong on platform threads or behind
/// the poller. `setns` and `unshare` only on platform threads that are thrown away or restored.
@NullMarked
package sampan.linux.sys;

import org.jspecify.annotations.NullMarked;
