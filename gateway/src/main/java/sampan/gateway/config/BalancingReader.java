package sampan.gateway.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import sampan.errors.SampanException;
import sampan.gateway.routes.Attribute;
import sampan.gateway.routes.Balance;
import sampan.gateway.routes.Balancing;
import sampan.gateway.routes.Outlier;
import sampan.gateway.routes.StickyCookie;

/// The part of [ConfigReader] that reads how a service chooses among its targets.
final class BalancingReader {
    private static final long SECOND = 1_000_000_000L;
    private static final int COUNT_MAX = 1_000_000;
    private static final int AGE_SECONDS_MAX = 400 * 24 * 3600;
    private static final int KEY_BYTES_MIN = 16;
    private static final int KEY_BYTES_MAX = 4096;
    private static final int PERCENT_MAX = 100;
    private static final int NAME_BYTES_MAX = 128;
    private static final int EJECT_FACTOR = 10;

    private BalancingReader() {}

    static Balancing read(String service, YamlSection section) {
        Balance balance = section.read("balance", Balance::named).orElse(Balance.ROUND_ROBIN);
        Optional<Attribute> hashBy = section.read("hashBy", Attribute::parse);
        if (hashBy.isPresent() && balance != Balance.CONSISTENT_HASH) {
            throw section.wrong("hashBy", "it goes with balance: consistentHash only");
        }
        return new Balancing(
                balance,
                hashBy.orElse(Attribute.ADDRESS),
                section.sectionOr("sticky", "name").map(sticky -> sticky(service, sticky)),
                section.nanos("slowStart", 0));
    }

    private static StickyCookie sticky(String service, YamlSection section) {
        String sameSite = section.read("sameSite", BalancingReader::sameSite).orElse("lax");
        boolean secure = section.flag("secure", false);
        if (sameSite.equals("none") && !secure) {
            throw section.wrong("sameSite", "browsers take none with secure: true only");
        }
        StickyCookie.Attributes attributes =
                new StickyCookie.Attributes(
                        section.read("path", BalancingReader::path).orElse("/"),
                        section.read("domain", Values::host).orElse(""),
                        secure,
                        section.flag("httpOnly", true),
                        sameSite.equals("unset") ? "" : sameSite,
                        section.number("maxAge", 0, 1, AGE_SECONDS_MAX));
        String name = section.read("name", BalancingReader::name).orElseGet(() -> nameFor(service));
        Optional<byte[]> key = section.path("keyFile").map(file -> key(section, file));
        section.end();
        return new StickyCookie(name, attributes, key);
    }

    /// Services behind one host must not take each other's cookies away.
    private static String nameFor(String service) {
        return "sampan-" + Integer.toHexString(service.hashCode());
    }

    private static String name(String field, String text) {
        if (text.length() > NAME_BYTES_MAX) {
            throw SampanException.invalid(field + ": over " + NAME_BYTES_MAX + " characters");
        }
        return Values.fieldName(field, text);
    }

    private static String path(String field, String text) {
        if (text.indexOf(';') >= 0 || text.indexOf(',') >= 0) {
            throw SampanException.invalid(
                    field + " \"" + text + "\": write a path without ; and ,");
        }
        return Values.path(field, text);
    }

    private static String sameSite(String field, String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return switch (lower) {
            case "lax", "strict", "none", "unset" -> lower;
            default ->
                    throw SampanException.invalid(
                            field + " \"" + text + "\": write lax, strict, none or unset");
        };
    }

    private static byte[] key(YamlSection section, Path file) {
        try {
            if (Files.size(file) > KEY_BYTES_MAX) {
                throw section.wrong("keyFile", "over " + KEY_BYTES_MAX + " bytes: use a key");
            }
            byte[] key = Files.readAllBytes(file);
            if (key.length < KEY_BYTES_MIN) {
                throw section.wrong("keyFile", "under " + KEY_BYTES_MIN + " bytes: use a longer");
            }
            return key;
        } catch (IOException e) {
            throw section.wrong("keyFile", "it cannot be read: " + e.getClass().getSimpleName());
        }
    }

    static Outlier outlier(YamlSection service) {
        Optional<YamlSection> found = service.section("outlier");
        if (found.isEmpty()) {
            return Outlier.of(5, 10 * SECOND);
        }
        YamlSection section = found.get();
        long ejectFor = section.nanos("ejectFor", 10 * SECOND);
        long ejectForMax = section.nanos("ejectForMax", EJECT_FACTOR * ejectFor);
        if (ejectForMax < ejectFor) {
            throw section.wrong("ejectForMax", "write at least what ejectFor says");
        }
        Outlier read =
                new Outlier(
                        section.number("failures", 5, 1, COUNT_MAX),
                        ejectFor,
                        ejectForMax,
                        section.number("percentMax", 50, 0, PERCENT_MAX),
                        section.flag("serverErrors", false));
        section.end();
        return read;
    }
}
