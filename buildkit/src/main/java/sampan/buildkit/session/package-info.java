/// What a client offers for the length of a build: files, secrets, agents, credentials, and a place
/// for results.
@NullMarked
package sampan.buildkit.session;

import org.jspecify.annotations.NullMarked;
