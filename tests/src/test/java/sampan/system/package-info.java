/// The built daemon as a whole, driven from outside: by the real docker client, by our own client
/// and by bare HTTP.
///
/// Each test class has a [PrivateDaemon] of its own: its own directories, sockets, bridge and
/// subnet, started from `build/dist` (system property `sampan.dist`). [DaemonExtension] makes it
/// before the first test, removes containers and volumes after each, ends it after the last, and
/// then [Residue] proves that no mount, link, cgroup, process, firewall table or file is left.
///
/// Words: a *command* is a program that is run to its end or until something is seen in its output,
/// always with a deadline; a *terminal* is a pty on which a program runs as on a person's screen.
/// Waiting is always for something that is seen, never for time to pass.
@NullMarked
package sampan.system;

import org.jspecify.annotations.NullMarked;
