package sampan.gateway.routes;

import java.util.List;

/// What a client has proven of itself by TLS; the chain has been verified.
///
/// @param subject its distinguished name, RFC 2253
/// @param names subject alternative names, each behind what it is: `dns:`, `email:`, `uri:`, `ip:`
/// @param sha256 of the certificate's DER form, in lower-case hexadecimal digits
public record ClientCertificate(String subject, List<String> names, String sha256) {}
