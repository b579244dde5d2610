/// What people and collectors ask the gateway about itself, on an address of its own.
///
/// [AdminServer] answers a few paths, one request a connection; [Exposition] writes the counters as
/// Prometheus reads them. Not for the internet: it asks nobody who he is.
@NullMarked
package sampan.gateway.admin;

import org.jspecify.annotations.NullMarked;
