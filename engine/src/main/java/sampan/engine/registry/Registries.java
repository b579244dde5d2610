package sampan.engine.registry;

import java.util.List;
import sampan.oci.Reference;

/// All registries. Thread-safe.
public interface Registries {
    /// What a repository is opened for. Mirrors serve pulls only.
    enum Purpose {
        PULL,
        PUSH
    }

    /// Nothing is sent yet.
    ///
    /// @param credential for the reference's own registry; a mirror gets what the caller has for
    ///   the mirror's host
    /// @throws sampan.errors.SampanException DENIED where the configuration blocks it
    Repository repository(Reference name, Credential credential, Purpose purpose);

    /// Tries a credential.
    ///
    /// @param domain the registry's host, `docker.io`
    /// @return a refresh token to be kept in place of the password, or empty
    /// @throws RegistryException where it is refused
    String login(String domain, Credential credential);

    /// @param official the registry's own choice of images
    record Hit(String name, String description, int stars, boolean official, boolean automated) {}

    /// Looks for repositories; where a registry offers no search, its catalog is looked through.
    List<Hit> search(String domain, String term, int limit, Credential credential);
}
