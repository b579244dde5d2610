/// The gateway as the engine sees it: a process that it starts where routes exist, tells which
/// containers stand behind which service, and starts anew when it dies.
///
/// [GatewaySupervisor] owns the order of things; [sampan.engine.gateway.process] starts and speaks
/// to the process, [sampan.engine.gateway.labels] reads what containers say.
@NullMarked
package sampan.engine.gateway;

import org.jspecify.annotations.NullMarked;
