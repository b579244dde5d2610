/// What runs: the processes of containers, from start to end.
///
/// A *task* is a container's processes under one monitor. [SpecBuilder] says what runs as an OCI
/// document, with every default that Docker has; [Limits] what it may use; [SystemCallFilters] what
/// it may call. The package `tasks.monitor` has it done: cgroup, network, plan, launcher, and what
/// the monitor reports.
@NullMarked
package sampan.engine.tasks;

import org.jspecify.annotations.NullMarked;
