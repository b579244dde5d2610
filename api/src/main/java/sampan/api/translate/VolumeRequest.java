package sampan.api.translate;

import static sampan.api.translate.Values.map;
import static sampan.api.translate.Values.text;

import java.util.Map;
import sampan.api.wire.VolumeCreate;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// The body of POST /volumes/create.
///
/// @param name empty: one is made up
public record VolumeRequest(
        String name, String driver, Map<String, String> options, Map<String, String> labels) {

    public static VolumeRequest read(VolumeCreate wire) {
        if (wire.clusterVolumeSpec() != null) {
            throw new SampanException(
                    ErrorCode.UNAVAILABLE,
                    "cluster volumes are not supported: this node is not a swarm manager");
        }
        String driver = text(wire.driver());
        return new VolumeRequest(
                text(wire.name()),
                driver.isEmpty() ? "local" : driver,
                map("DriverOpts", wire.driverOpts()),
                map("Labels", wire.labels()));
    }
}
