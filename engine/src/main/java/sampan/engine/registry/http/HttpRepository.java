package sampan.engine.registry.http;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sampan.engine.registry.BlobBody;
import sampan.engine.registry.ManifestContent;
import sampan.engine.registry.RegistryException;
import sampan.engine.registry.RegistryLimits;
import sampan.engine.registry.Repository;
import sampan.engine.registry.UploadSource;
import sampan.engine.registry.http.Calling.Sending;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Descriptor;
import sampan.oci.image.Index;
import sampan.oci.image.MediaType;
import sampan.oci.json.Json;

/// A repository behind one or more doors, tried in their order; the first that answers a manifest
/// is asked first for blobs, too.
final class HttpRepository implements Repository {
    private static final String MANIFESTS =
            String.join(
                    ", ",
                    MediaType.OCI_INDEX,
                    MediaType.OCI_MANIFEST,
                    MediaType.DOCKER_LIST,
                    MediaType.DOCKER_MANIFEST,
                    "*/*");
    private static final String DIGEST = "Docker-Content-Digest";
    private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,15})-\\d{1,15}/.*");
    private static final Pattern NEXT = Pattern.compile("<([^>]{1,4096})>\\s*;\\s*rel=\"?next\"?");

    private final Reference name;
    private final List<Door> doors;
    private final RegistryLimits limits;
    private final KnownBlobs known;
    private volatile int preferred;

    HttpRepository(Reference name, List<Door> doors, RegistryLimits limits, KnownBlobs known) {
        this.name = name;
        this.doors = List.copyOf(doors);
        this.limits = limits;
        this.known = known;
    }

    @Override
    public Reference name() {
        return name;
    }

    /// What is asked of one door after the other.
    private interface Question<T> {
        T ask(Door door) throws IOException;
    }

    private <T> T ask(Question<T> question) {
        SampanException failure = SampanException.notFound("no registry for " + name.name());
        for (int i = 0; i < doors.size(); i++) {
            int number = (preferred + i) % doors.size();
            Door door = doors.get(number);
            try {
                T answer = question.ask(door);
                preferred = number;
                return answer;
            } catch (IOException e) {
                failure = door.unreachable(e);
            } catch (SampanException e) {
                failure = e;
            }
            if (Thread.currentThread().isInterrupted()) {
                break;
            }
        }
        throw failure;
    }

    @Override
    public Optional<Descriptor> head(String target) {
        return ask(door -> {
            Calling call = Calling.of("HEAD", door.in("manifests/" + target)).accepting(MANIFESTS);
            Answer response = door.send(call);
            response.body().close();
            if (response.statusCode() != 200) {
                return Optional.<Descriptor>empty();
            }
            Optional<String> digest = response.headers().firstValue(DIGEST);
            long size = response.headers().firstValueAsLong("Content-Length").orElse(-1);
            if (digest.isEmpty() || size < 0) {
                return Optional.<Descriptor>empty();
            }
            return Optional.of(Descriptor.of(typeOf(response), Digest.parse(digest.get()), size));
        });
    }

    @Override
    public ManifestContent manifest(String target) {
        return ask(door -> {
            Calling call = Calling.get(door.in("manifests/" + target)).accepting(MANIFESTS);
            Answer response = door.send(call);
            if (response.statusCode() == 404) {
                throw unknown(door.refusal(response));
            }
            byte[] bytes = door.document(response, RegistryLimits.MANIFEST_BYTES_MAX);
            Digest actual = Digest.of(bytes);
            if (target.indexOf(':') >= 0) {
                checkDigest(door, target, Digest.parse(target), bytes);
            } else {
                response.headers()
                        .firstValue(DIGEST)
                        .ifPresent(said -> checkDigest(door, target, Digest.parse(said), bytes));
            }
            return new ManifestContent(mediaType(door, target, response, bytes), actual, bytes);
        });
    }

    // Some registries say no more than "not found".
    private static SampanException unknown(SampanException refusal) {
        if (refusal instanceof RegistryException known && known.reason().equals("NOT_FOUND")) {
            return new RegistryException(
                    404, RegistryException.MANIFEST_UNKNOWN, "manifest unknown");
        }
        return refusal;
    }

    private void checkDigest(Door door, String target, Digest promised, byte[] bytes) {
        if (promised.isSha256() && !promised.equals(Digest.of(bytes))) {
            throw SampanException.invalid(
                    "registry "
                            + door.endpoint().host()
                            + " gave manifest "
                            + target
                            + " of "
                            + name.familiarName()
                            + " with digest "
                            + Digest.of(bytes)
                            + " where "
                            + promised
                            + " was promised");
        }
    }

    private static String typeOf(Answer response) {
        String type = response.headers().firstValue("Content-Type").orElse("");
        int semicolon = type.indexOf(';');
        return (semicolon < 0 ? type : type.substring(0, semicolon)).strip();
    }

    /// What a document says of itself.
    record Kind(String mediaType, int schemaVersion) {}

    private String mediaType(Door door, String target, Answer response, byte[] bytes) {
        String said = typeOf(response);
        Kind kind = Json.read(bytes, Kind.class);
        String own = kind.mediaType() == null ? "" : kind.mediaType();
        boolean saidKnown = MediaType.isIndex(said) || MediaType.isManifest(said);
        if (saidKnown && !own.isEmpty() && !own.equals(said)) {
            throw SampanException.invalid(
                    "registry "
                            + door.endpoint().host()
                            + " gave manifest "
                            + target
                            + " as "
                            + said
                            + ", but it is of type "
                            + own);
        }
        return own.isEmpty() ? said : own;
    }

    @Override
    public BlobBody blob(Descriptor blob, long offset) throws IOException {
        IOException broken = new IOException("no registry for " + name.name());
        for (int i = 0; i < doors.size(); i++) {
            Door door = doors.get((preferred + i) % doors.size());
            try {
                return blob(door, blob, offset);
            } catch (IOException e) {
                broken = new IOException(door.unreachable(e).getMessage(), e);
            } catch (RegistryException e) {
                if (i == doors.size() - 1) {
                    throw e;
                }
            }
        }
        throw broken;
    }

    private BlobBody blob(Door door, Descriptor blob, long offset) throws IOException {
        Map<String, String> headers =
                offset == 0 ? Map.of() : Map.of("Range", "bytes=" + offset + "-");
        Calling call =
                new Calling("GET", door.in("blobs/" + blob.digest()), headers, Optional.empty());
        Answer response = door.send(call);
        BodyChannel body = response.body();
        switch (response.statusCode()) {
            case 200 -> body.startsAt(0);
            case 206 -> body.startsAt(rangeStart(response));
            case 416 -> {
                body.close();
                return blob(door, blob, 0);
            }
            default -> throw door.refusal(response);
        }
        long length = response.headers().firstValueAsLong("Content-Length").orElse(-1);
        if (length >= 0 && body.offset() + length != blob.size()) {
            body.close();
            throw SampanException.invalid(
                    "registry "
                            + door.endpoint().host()
                            + " gives "
                            + (body.offset() + length)
                            + " bytes for blob "
                            + blob.digest()
                            + " where the manifest says "
                            + blob.size());
        }
        return body;
    }

    private static long rangeStart(Answer response) throws IOException {
        Matcher range = RANGE.matcher(response.headers().firstValue("Content-Range").orElse(""));
        if (!range.matches()) {
            response.body().close();
            throw new IOException("a part of a blob without its range");
        }
        return Long.parseLong(range.group(1));
    }

    @Override
    public boolean hasBlob(Digest blob) {
        return ask(door -> {
            Answer response = door.send(Calling.of("HEAD", door.in("blobs/" + blob)));
            if (response.statusCode() != 200 && response.statusCode() != 404) {
                throw door.refusal(response);
            }
            response.body().close();
            return seen(door, blob, response.statusCode() == 200);
        });
    }

    private boolean seen(Door door, Digest blob, boolean there) {
        if (there) {
            known.saw(door.name(), blob);
        }
        return there;
    }

    @Override
    public boolean remembersBlob(Digest blob) {
        return known.has(doors.getLast().name(), blob);
    }

    @Override
    public void forgetBlobs() {
        known.forget(doors.getLast().name());
    }

    @Override
    public boolean mount(Digest blob, Reference from) {
        return ask(door -> {
            door.authorizer().widen("repository:" + from.path() + ":pull");
            Answer response =
                    door.send(
                            Calling.of(
                                    "POST",
                                    door.in(
                                            "blobs/uploads/?mount="
                                                    + blob
                                                    + "&from="
                                                    + encoded(from.path()))));
            response.body().close();
            if (response.statusCode() == 202) {
                forget(door, door.location(door.in(""), response));
            }
            return seen(door, blob, response.statusCode() == 201);
        });
    }

    // An upload that was begun in place of the mount.
    private static void forget(Door door, URI upload) throws IOException {
        door.send(Calling.of("DELETE", upload)).body().close();
    }

    @Override
    public void upload(Descriptor blob, UploadSource source, LongConsumer progress) {
        ask(door -> {
            try {
                new Uploading(door, limits, blob, source, progress).run();
                return seen(door, blob.digest(), true);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SampanException(ErrorCode.UNAVAILABLE, "interrupted while pushing", e);
            }
        });
    }

    @Override
    public void stream(ReadableByteChannel content, Supplier<Digest> digest) {
        Door door = doors.getLast(); // mirrors are pulled from
        try {
            Uploading.stream(door, content, digest);
            seen(door, digest.get(), true);
        } catch (IOException e) {
            throw door.unreachable(e);
        }
    }

    @Override
    public void putManifest(String target, ManifestContent manifest) {
        ask(door -> {
            Sending document = new Sending.Document(manifest.mediaType(), manifest.bytes());
            Answer response =
                    door.send(
                            new Calling(
                                    "PUT",
                                    door.in("manifests/" + target),
                                    Map.of(),
                                    Optional.of(document)));
            if (response.statusCode() != 201 && response.statusCode() != 200) {
                throw door.refusal(response);
            }
            response.body().close();
            Optional<String> said = response.headers().firstValue(DIGEST);
            if (said.isPresent() && !said.get().equals(manifest.digest().toString())) {
                throw SampanException.invalid(
                        "registry "
                                + door.endpoint().host()
                                + " took manifest "
                                + manifest.digest()
                                + " as "
                                + said.get());
            }
            return manifest;
        });
    }

    /// A page of tags.
    record TagPage(List<String> tags) {
        TagPage {
            tags = tags == null ? List.of() : tags;
        }
    }

    @Override
    public List<String> tags() {
        return ask(door -> {
            List<String> all = new ArrayList<>();
            Pages.each(
                    door,
                    door.in("tags/list"),
                    page -> all.addAll(Json.read(page, TagPage.class).tags()));
            return all;
        });
    }

    @Override
    public List<Descriptor> referrers(Digest subject, String artifactType) {
        return ask(door -> {
            String filter = artifactType.isEmpty() ? "" : "?artifactType=" + encoded(artifactType);
            List<Descriptor> all = new ArrayList<>();
            try {
                Pages.each(
                        door,
                        door.in("referrers/" + subject + filter),
                        page -> all.addAll(Json.read(page, Index.class).manifests()));
            } catch (RegistryException e) {
                if (e.status() != 404) {
                    throw e;
                }
                all.addAll(fallback(door, subject));
            }
            // A registry may ignore the filter.
            return all.stream()
                    .filter(d -> artifactType.isEmpty() || d.artifactType().equals(artifactType))
                    .toList();
        });
    }

    // Without the referrers API they are listed under a tag of their own (distribution-spec,
    // "Unavailable Referrers API").
    private static List<Descriptor> fallback(Door door, Digest subject) throws IOException {
        String tag = subject.algorithm() + "-" + subject.hex();
        Answer response =
                door.send(Calling.get(door.in("manifests/" + tag)).accepting(MediaType.OCI_INDEX));
        if (response.statusCode() == 404) {
            response.body().close();
            return List.of();
        }
        byte[] index = door.document(response, RegistryLimits.MANIFEST_BYTES_MAX);
        return Json.read(index, Index.class).manifests();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /// Listings that come in pages, each with a link to the next (RFC 8288).
    static final class Pages {
        private Pages() {}

        /// Told of one page.
        interface Page {
            void read(byte[] document);
        }

        static void each(Door door, URI first, Page reader) throws IOException {
            Optional<URI> at = Optional.of(first);
            for (int pages = 0; at.isPresent(); pages++) {
                if (pages == RegistryLimits.PAGES_MAX) {
                    throw SampanException.invalid(
                            "registry "
                                    + door.endpoint().host()
                                    + " lists more than "
                                    + RegistryLimits.PAGES_MAX
                                    + " pages");
                }
                URI here = at.get();
                Answer response = door.send(Calling.get(here));
                Optional<String> link = response.headers().firstValue("Link");
                reader.read(door.document(response, RegistryLimits.DOCUMENT_BYTES_MAX));
                at =
                        link.map(NEXT::matcher)
                                .filter(Matcher::find)
                                .map(m -> here.resolve(m.group(1)));
            }
        }
    }
}
