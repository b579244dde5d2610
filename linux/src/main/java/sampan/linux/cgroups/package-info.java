/// Control groups (cgroups(7)) of version 1, version 2 and both at once, behind one type.
///
/// A [Hierarchy] is one mounted tree of cgroups: one per controller (or group of controllers) in
/// version 1, one for all in version 2. A [CgroupLayout] says which of them this host has; it is
/// read once per process. A [Cgroup] is one name in all of them. Limits are stated once, in
/// [CgroupLimits], and translated to each hierarchy's files here and nowhere else.
///
/// Life of a cgroup: [CgroupLayout#create] makes the directories and writes the limits;
/// [Cgroup#entry] tells the launcher how the first process gets in; [Cgroup#update],
/// [Cgroup#freeze], [Cgroup#stats] while it lives; [Cgroup#kill] and [Cgroup#delete] end it. There
/// is no state in memory: [CgroupLayout#open] gives a handle to what a former daemon made.
///
/// Nothing here starts a process or waits without a limit. Calls do block for the kernel's cgroup
/// lock, microseconds as a rule. All types are safe for many threads; two threads that change the
/// same cgroup at once get what the kernel makes of the order of their writes.
@NullMarked
package sampan.linux.cgroups;

import org.jspecify.annotations.NullMarked;
