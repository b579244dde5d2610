/// What the API says about networks: `/networks/…`. Networks of the user's own come later; what
/// would make or change one is refused.
@NullMarked
package sampan.api.networks;

import org.jspecify.annotations.NullMarked;
