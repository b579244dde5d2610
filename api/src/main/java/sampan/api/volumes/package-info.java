/// What the API says about volumes: `/volumes/…`.
@NullMarked
package sampan.api.volumes;

import org.jspecify.annotations.NullMarked;
