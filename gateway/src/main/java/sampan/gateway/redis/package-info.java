/// What gateways share by a Redis server: [RedisTokens] asks it for tokens of buckets.
///
/// Small and strict of its own, for it needs six commands of the protocol and one connection; why
/// no library does that here is told in docs/adr/0011-gateway-shared-limits.md.
@NullMarked
package sampan.gateway.redis;

import org.jspecify.annotations.NullMarked;
