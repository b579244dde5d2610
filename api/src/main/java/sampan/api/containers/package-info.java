/// What the API says about containers: `/containers/…` and `/exec/…`. Each class answers a few
/// routes that belong together and holds nothing but the services that it asks.
@NullMarked
package sampan.api.containers;

import org.jspecify.annotations.NullMarked;
