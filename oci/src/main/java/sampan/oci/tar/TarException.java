package sampan.oci.tar;

import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// An archive that is broken, beyond a limit, or uses what is not supported.
public final class TarException extends SampanException {
    public TarException(String message) {
        super(ErrorCode.INVALID, message);
    }
}
