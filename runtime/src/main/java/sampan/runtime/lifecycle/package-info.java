/// The life of a bundle's container under the runtime command: create, start, exec, signals, limits
/// and its end. Nothing is kept in memory between commands: what is known stands in the state
/// directory and in the kernel, so that any daemon may take the next command.
///
/// Launchers are started by the caller's own process ([sampan.runtime.monitor.LaunchSite]).
@NullMarked
package sampan.runtime.lifecycle;

import org.jspecify.annotations.NullMarked;
