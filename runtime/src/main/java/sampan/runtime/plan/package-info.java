/// The launch plan: the flat list of system calls that `sampan-launch` executes, byte for byte as
/// `native/include/plan.h` defines it.
///
/// [sampan.runtime.plan.PlanWriter] writes one, step by step; the result is a
/// [sampan.runtime.plan.LaunchPlan], which goes to the launcher in a memfd.
/// [sampan.runtime.plan.PlanListing] reads the bytes back into numbered lines for people: what is
/// explained is what runs. [sampan.runtime.plan.Op] is the table of steps that both share; a test
/// holds it against the header.
///
/// Words: a step is one op with its arguments; a stage is where it runs (in the launcher before the
/// clone, in the launcher after it, in the child); a slot is a number under which a step leaves a
/// descriptor for later steps.
@NullMarked
package sampan.runtime.plan;

import org.jspecify.annotations.NullMarked;
