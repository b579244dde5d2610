/// What was refused, and what was done to the gateway, in lines that cannot be taken out or changed
/// unnoticed: each carries a hash of itself and of the line before ([AuditLog]), which
/// [AuditVerifier] checks.
@NullMarked
package sampan.gateway.audit;

import org.jspecify.annotations.NullMarked;
