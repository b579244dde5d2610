package sampan.app.session;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import sampan.errors.ErrnoException;
import sampan.linux.files.FileIo;
import sampan.linux.sys.Fd;

/// Streams over a caller's descriptors. They block the (platform) thread and do not close the
/// descriptor.
public final class DescriptorStreams {
    private DescriptorStreams() {}

    public static OutputStream output(Fd fd) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                try {
                    FileIo.writeFully(fd, Arrays.copyOfRange(bytes, offset, offset + length));
                } catch (ErrnoException e) {
                    throw new IOException(e.getMessage(), e);
                }
            }
        };
    }

    public static InputStream input(Fd fd) {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                if (length == 0) {
                    return 0;
                }
                try {
                    int n = FileIo.read(fd, bytes, offset, length);
                    return n == 0 ? -1 : n;
                } catch (ErrnoException e) {
                    throw new IOException(e.getMessage(), e);
                }
            }
        };
    }
}
