/// From an OCI `Spec` and a [sampan.runtime.compile.LaunchContext] to a launch plan: every
/// decision, default, quirk and fallback between `config.json` and the kernel.
///
/// [sampan.runtime.compile.PlanCompiler] makes the plan of a container's first process,
/// [sampan.runtime.compile.ExecCompiler] that of a process which joins a running container. Both
/// are pure: they make no system call, so that a plan can be explained without being run and tested
/// without a kernel. What they must know of the host comes in with the context: kernel features,
/// limits, which bind sources are directories ([sampan.runtime.compile.HostFiles]), what is in the
/// image ([sampan.runtime.compile.RootView]).
///
/// Words: a *slot* is the index of a descriptor in the list that goes to the launcher with the
/// plan; the *attach point* is a host directory over which the root is mounted in the container's
/// own mount namespace, because pivot_root(2) wants it attached somewhere.
///
/// What a spec asks for and a plan cannot do is refused (`INVALID` or `UNSUPPORTED`); nothing is
/// dropped silently: [sampan.runtime.plan.LaunchPlan#warnings] names the few things that runc drops
/// with a warning. Resource limits (`linux.resources`) and moving `netDevices` are the caller's:
/// the plan enters the cgroups and waits where it must.
///
/// Thread-safe: compilers hold no state between calls.
@NullMarked
package sampan.runtime.compile;

import org.jspecify.annotations.NullMarked;
