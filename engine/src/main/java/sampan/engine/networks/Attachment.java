package sampan.engine.networks;

import java.util.List;
import java.util.OptionalLong;

/// An endpoint with its published ports, as its owner recorded it.
///
/// @param endpoint of a container that still runs
/// @param ports in force when it was recorded
/// @param process one that lives in the endpoint's namespace, by which a lost link is made again
public record Attachment(Endpoint endpoint, List<PortMapping> ports, OptionalLong process) {}
