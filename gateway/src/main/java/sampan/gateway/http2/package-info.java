/// HTTP/2 as octets: HPACK (RFC 7541), frames (RFC 9113), and heads as HTTP/1.1 would write them.
///
/// Works at addresses as `sampan.gateway.wire` does and allocates nothing once a connection stands.
/// Connections and streams are `sampan.gateway.proxy`'s.
@NullMarked
package sampan.gateway.http2;

import org.jspecify.annotations.NullMarked;
