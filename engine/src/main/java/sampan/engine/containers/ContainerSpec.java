package sampan.engine.containers;

import java.util.Map;

/// What should run: everything a caller of create may say, after the image's own settings were
/// merged in. Immutable but for `update` (resources, restart policy).
///
/// @param image the image as the caller named it
public record ContainerSpec(
        String image,
        ProcessSpec process,
        NamespaceSpec namespaces,
        SecuritySpec security,
        ResourceSpec resources,
        StorageSpec storage,
        NetworkSpec network,
        LifecycleSpec lifecycle,
        Map<String, String> labels,
        Map<String, String> annotations) {}
