package sampan.linux.tls;

/// Versions of the protocol that are spoken; older ones are broken.
public enum TlsVersion {
    TLS_1_2(0x0303),
    TLS_1_3(0x0304);

    final int number;

    TlsVersion(int number) {
        this.number = number;
    }
}
