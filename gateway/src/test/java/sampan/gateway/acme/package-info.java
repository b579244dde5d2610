/// Tests of what is kept of certificates that come by ACME.
@NullMarked
package sampan.gateway.acme;

import org.jspecify.annotations.NullMarked;
