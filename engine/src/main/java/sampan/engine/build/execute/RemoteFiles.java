package sampan.engine.build.execute;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import sampan.engine.build.context.GitAddress;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.tar.Compression;

/// Files of the web, for ADD and for contexts. What is fetched lies in a directory of the build.
final class RemoteFiles {
    /// Longest file, in bytes.
    static final long BYTES_MAX = 16L << 30;

    private static final Duration CONNECT_WAIT = Duration.ofSeconds(30);
    private static final Duration ANSWER_WAIT = Duration.ofMinutes(2);
    private static final int COPY_BYTES = 256 << 10;
    private static final int MODE = 0600;

    private final Path directory;
    private final String failing;

    /// @param failing what begins the message of a failure
    RemoteFiles(Path directory, String failing) {
        this.directory = directory;
        this.failing = failing;
    }

    /// A file that was fetched.
    ///
    /// @param time of its last change as the server tells, in seconds; 0 where it does not
    record Fetched(String name, Path file, Digest digest, long time) {
        int mode() {
            return MODE;
        }

        long size() throws IOException {
            return Files.size(file);
        }

        boolean isArchive() {
            try (InputStream in = Files.newInputStream(file)) {
                return ArchiveFiles.isArchive(in.readNBytes(512), this::openPlain);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        ReadableByteChannel openPlain() throws IOException {
            return Compression.open(FileChannel.open(file, StandardOpenOption.READ));
        }
    }

    private SampanException failed(String url, Exception e) {
        return new SampanException(
                ErrorCode.UNAVAILABLE,
                failing + "Get \"" + GitAddress.redacted(url) + "\": " + reason(e),
                e);
    }

    private static String reason(Exception e) {
        if (e instanceof ConnectException) {
            return "connect: connection refused";
        }
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    /// @param checksum `sha256:…` that it must have, or empty
    Fetched fetch(String url, String checksum) {
        return fetch(url, name(address(url)), checksum);
    }

    private static URI address(String url) {
        try {
            URI address = new URI(url);
            if (address.getHost() != null) {
                return address;
            }
        } catch (URISyntaxException e) {
            // told below
        }
        throw SampanException.invalid("invalid URL: " + GitAddress.redacted(url));
    }

    /// @param name that the file gets
    Fetched fetch(String url, String name, String checksum) {
        URI address = address(url);
        try (HttpClient client =
                HttpClient.newBuilder()
                        .followRedirects(HttpClient.Redirect.NORMAL)
                        .connectTimeout(CONNECT_WAIT)
                        .build()) {
            HttpRequest request = HttpRequest.newBuilder(address).timeout(ANSWER_WAIT).build();
            HttpResponse<InputStream> answer =
                    client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = answer.body()) {
                if (answer.statusCode() != 200) {
                    throw SampanException.invalid(
                            failing
                                    + "failed to GET "
                                    + GitAddress.redacted(url)
                                    + " with status "
                                    + answer.statusCode());
                }
                return stored(url, name, checksum, answer, body);
            }
        } catch (IOException e) {
            throw failed(url, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SampanException(ErrorCode.UNAVAILABLE, "the build was cancelled", e);
        }
    }

    private static String name(URI address) {
        String path = address.getPath() == null ? "" : address.getPath();
        String name = path.substring(path.lastIndexOf('/') + 1);
        if (name.isEmpty() || name.equals("..") || name.equals(".")) {
            throw SampanException.invalid(
                    "ADD failed: cannot determine filename from url: " + address);
        }
        return name;
    }

    private Fetched stored(
            String url,
            String name,
            String checksum,
            HttpResponse<InputStream> answer,
            InputStream body)
            throws IOException {
        Path file = Files.createTempFile(directory, "add-", "");
        MessageDigest sum = Digest.newSha256();
        try (OutputStream out = new DigestOutputStream(Files.newOutputStream(file), sum)) {
            byte[] buffer = new byte[COPY_BYTES];
            long total = 0;
            int got = body.read(buffer);
            while (got >= 0) {
                total += got;
                if (total > BYTES_MAX) {
                    throw SampanException.invalid(
                            failing + url + " has more than " + BYTES_MAX + " bytes");
                }
                out.write(buffer, 0, got);
                got = body.read(buffer);
            }
        }
        Digest digest = Digest.sha256(sum.digest());
        if (!checksum.isEmpty() && !checksum.equals(digest.toString())) {
            throw SampanException.invalid(
                    "digest mismatch " + digest + ": " + checksum + " (" + url + ")");
        }
        long time =
                answer.headers().firstValue("Last-Modified").map(RemoteFiles::seconds).orElse(0L);
        return new Fetched(name, file, digest, time);
    }

    private static long seconds(String date) {
        try {
            return ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toEpochSecond();
        } catch (DateTimeException e) {
            return 0;
        }
    }
}
