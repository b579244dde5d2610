package sampan.system;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/// Dockerfiles with what is expected of them, as the files of `dockerfiles/` hold them.
///
/// A case begins with `## NAME`; lines with an at sign say what goes into the context (`@file NAME
/// [MODE] | TEXT`, `@link NAME | TARGET`, `@tar NAME | ENTRY`, `@tgz`), into the query (`@query
/// NAME=VALUE`), and what is expected: an error (`@error`), output (`@output`), a piece of the
/// image's inspection that is there (`@inspect`) or neither there nor in its history (`@absent`).
/// After `---` comes the Dockerfile. Most check themselves in a RUN.
final class DockerfileCases {
    private DockerfileCases() {}

    /// One line with an at sign.
    record Line(String word, String value) {
        String name() {
            return value.split(" \\| ", 2)[0];
        }

        String content() {
            return value.split(" \\| ", 2)[1].replace("\\n", "\n");
        }
    }

    record Case(String name, List<Line> lines, String dockerfile) {
        List<String> all(String word) {
            return lines.stream().filter(l -> l.word().equals(word)).map(Line::value).toList();
        }

        byte[] context() {
            Tar tar = new Tar().file("Dockerfile", dockerfile);
            for (Line line : lines) {
                switch (line.word()) {
                    case "file" -> file(tar, line);
                    case "link" -> tar.symlink(line.name(), line.content());
                    case "tar" -> tar.file(line.name(), archive(line.content()), 0644);
                    case "tgz" -> tar.file(line.name(), gzip(archive(line.content())), 0644);
                    default -> {
                        // expected, not sent
                    }
                }
            }
            return tar.end();
        }

        String query() {
            StringBuilder query = new StringBuilder();
            for (String parameter : all("query")) {
                int equals = parameter.indexOf('=');
                query.append('&')
                        .append(parameter, 0, equals + 1)
                        .append(
                                URLEncoder.encode(
                                        parameter.substring(equals + 1), StandardCharsets.UTF_8));
            }
            return query.toString();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static void file(Tar tar, Line line) {
        String name = line.name();
        int mode = 0644;
        if (name.matches(".* 0[0-7]+")) {
            mode = Integer.parseInt(name.substring(name.lastIndexOf(' ') + 1), 8);
            name = name.substring(0, name.lastIndexOf(' '));
        }
        tar.file(name, line.content().getBytes(StandardCharsets.UTF_8), mode);
    }

    private static byte[] archive(String entry) {
        return new Tar().file(entry, "x").end();
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static List<Case> read(String resource) {
        List<Case> cases = new ArrayList<>();
        for (String part : ("\n" + text(resource)).split("\n## ", -1)) {
            int body = part.indexOf("\n---\n");
            if (body < 0) {
                continue; // the file's own heading
            }
            String[] head = part.substring(0, body).split("\n", -1);
            List<Line> lines = new ArrayList<>();
            for (int i = 1; i < head.length; i++) {
                String[] words = head[i].substring(1).split(" ", 2);
                lines.add(new Line(words[0], words.length == 2 ? words[1] : ""));
            }
            cases.add(new Case(head[0], lines, part.substring(body + 5)));
        }
        return cases;
    }

    private static String text(String resource) {
        try (InputStream in = DockerfileCases.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
