/// Registries: where images are pulled from and pushed to (OCI distribution-spec 1.1, and Docker's
/// registry API v2 that it came from).
///
/// [Registries] opens a [Repository] for a caller with a [Credential]; its operations are the
/// spec's. What comes from a registry is hostile: every document, body, redirect and wait has a
/// limit in [RegistryLimits], a manifest's digest is checked before anybody sees it, and a
/// credential goes to the registry that it is for and to that registry's own token server, nowhere
/// else. [RegistryConfig] is the one file that says what is mirrored, rewritten, blocked or
/// insecure.
@NullMarked
package sampan.engine.registry;

import org.jspecify.annotations.NullMarked;
