package sampan.engine.services;

/// The engine as its callers see it: a record of services.
public record Engine(
        ContainerService containers,
        TaskService tasks,
        StreamService streams,
        ExecService execs,
        ArchiveService archives,
        ExplainService explanations,
        ImageService images,
        ImageTransferService transfers,
        RegistryService registries,
        BuildService builds,
        VolumeService volumes,
        NetworkService networks,
        EventService events,
        SystemService system,
        StoreService store,
        GatewayService gateway) {}
