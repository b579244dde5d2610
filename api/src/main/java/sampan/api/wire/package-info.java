/// The Docker Engine API's JSON. Requests are records that bind by name and may leave anything out,
/// so their components are nullable; `sampan.api.translate` is where that ends. Responses are
/// [sampan.api.wire.Doc]: they are written once, by the name that stands on the wire, and binding
/// some hundred output-only records by reflection would cost the daemon its start-up time.
@NullMarked
package sampan.api.wire;

import org.jspecify.annotations.NullMarked;
