package sampan.gateway.config;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import sampan.errors.SampanException;
import sampan.gateway.routes.Compression;
import sampan.gateway.routes.Compression.Coding;
import sampan.linux.zstd.ZstdEncoder;

/// The part of [RouteReader] that reads which answers are compressed.
final class CompressionReader {
    private static final long BYTES_MIN = 1024;
    private static final int TYPES_MAX = 200;
    private static final int LEVEL = 5;
    private static final int LEVEL_MAX = 9;

    private CompressionReader() {}

    /// `compress: true` stands for what is usual.
    static Optional<Compression> read(YamlSection route) {
        Optional<YamlSection> found = route.sectionOr("compress", "on");
        if (found.isEmpty()) {
            return Optional.empty();
        }
        YamlSection section = found.get();
        boolean shorthand = section.has("on");
        if (shorthand && !section.flag("on", true)) {
            section.end();
            return Optional.empty();
        }
        List<Coding> codings = section.texts("encodings", CompressionReader::coding);
        List<String> types = section.texts("types", CompressionReader::type);
        Compression compression =
                new Compression(
                        codings.isEmpty() ? List.of(Coding.GZIP) : codings,
                        types.isEmpty() ? Compression.TYPES : types,
                        section.texts("exclude", CompressionReader::type),
                        section.read("bytesMin", Values::bytes).orElse(BYTES_MIN),
                        section.number("level", LEVEL, 1, LEVEL_MAX));
        if (types.size() > TYPES_MAX) {
            throw section.wrong("types", "over " + TYPES_MAX + ": use fewer, or text/*");
        }
        section.end();
        return Optional.of(compression);
    }

    private static Coding coding(String field, String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "gzip" -> Coding.GZIP;
            case "zstd" -> {
                if (!ZstdEncoder.isAvailable()) {
                    throw SampanException.invalid(
                            field + " zstd: install libzstd1 for it, or write gzip");
                }
                yield Coding.ZSTD;
            }
            default ->
                    throw SampanException.invalid(field + " \"" + text + "\": write gzip or zstd");
        };
    }

    private static String type(String field, String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (!lower.matches("[a-z0-9!#$&^_.+-]+/([a-z0-9!#$&^_.+-]+|\\*)")) {
            throw SampanException.invalid(
                    field + " \"" + text + "\": write for instance text/html or text/*");
        }
        return lower;
    }
}
