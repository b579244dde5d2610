package sampan.engine.services;

import sampan.linux.kernel.Uname;

/// This machine's name.
final class HostName {
    private HostName() {}

    static String read() {
        return Uname.ask().node();
    }
}
