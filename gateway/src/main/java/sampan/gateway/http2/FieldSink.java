package sampan.gateway.http2;

/// Takes the fields of a block, one after the other. What is at the addresses holds only during the
/// call.
interface FieldSink {
    void field(long name, int nameLength, long value, int valueLength);
}
