package sampan.gateway.audit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sampan.errors.SampanException;

/// Reads an audit log with all its files and says which lines are not what was written.
public final class AuditVerifier {
    /// What came out.
    ///
    /// @param lines that were read
    /// @param first number of the first line there is
    /// @param last number of the last line
    /// @param faults one text each, at most [#FAULTS_MAX]
    /// @param notes what is no fault
    public record Report(
            long lines, long first, long last, List<String> faults, List<String> notes) {}

    /// Faults that are told.
    public static final int FAULTS_MAX = 100;

    private final Chain chain;
    private final List<String> faults = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private long lines;
    private long first;
    private long seq;
    private String hash = Chain.ORIGIN;

    private AuditVerifier(Chain chain) {
        this.chain = chain;
    }

    /// Checks the file and the older ones beside it.
    ///
    /// @param keyFile the key with which it was written, if any
    public static Report verify(Path file, Optional<Path> keyFile) {
        if (!Files.isRegularFile(file)) {
            throw SampanException.invalid(
                    "audit log \"" + file + "\": there is none: name its file");
        }
        AuditVerifier verifier = new AuditVerifier(new Chain(keyFile));
        try {
            for (Path older : Chain.older(file)) {
                verifier.read(older, false);
            }
            verifier.read(file, true);
            verifier.readHead(file);
        } catch (IOException e) {
            throw new UncheckedIOException("audit log \"" + file + "\": it cannot be read", e);
        }
        return new Report(
                verifier.lines, verifier.first, verifier.seq, verifier.faults, verifier.notes);
    }

    private void fault(String text) {
        if (faults.size() < FAULTS_MAX) {
            faults.add(text);
        }
    }

    private void read(Path file, boolean current) throws IOException {
        boolean whole = endsWithLine(file);
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            long number = 0;
            String next = reader.readLine();
            while (next != null) {
                String text = next;
                next = reader.readLine();
                number++;
                String at = file.getFileName() + ":" + number;
                if (next == null && !whole) {
                    String words = at + ": the last line is incomplete";
                    if (current) {
                        notes.add(words + ", as a writer that was killed leaves it");
                    } else {
                        fault(words);
                    }
                } else {
                    line(at, text);
                }
            }
        }
    }

    private static boolean endsWithLine(Path file) throws IOException {
        try (java.io.RandomAccessFile access = new java.io.RandomAccessFile(file.toFile(), "r")) {
            if (access.length() == 0) {
                return true;
            }
            access.seek(access.length() - 1);
            return access.read() == '\n';
        }
    }

    private void line(String at, String text) {
        lines++;
        Optional<Chain.Line> parsed = Chain.parse(text);
        if (parsed.isEmpty()) {
            fault(at + ": altered: it is no line of an audit log");
            return;
        }
        Chain.Line line = parsed.get();
        boolean begins = first == 0;
        if (begins) {
            first = line.seq();
            if (first > 1) {
                notes.add("lines 1 to " + (first - 1) + " are in files that were removed");
                hash = line.previous();
            }
            seq = first - 1;
        }
        boolean inOrder = line.seq() == seq + 1;
        if (line.seq() > seq + 1) {
            String which =
                    line.seq() == seq + 2
                            ? "line " + (seq + 1) + " is"
                            : "lines " + (seq + 1) + " to " + (line.seq() - 1) + " are";
            fault(at + ": " + which + " missing before line " + line.seq());
        } else if (!inOrder) {
            fault(at + ": line " + line.seq() + " stands behind line " + seq);
        }
        if (!chain.hash(line.content()).equals(line.hash())) {
            fault(at + ": line " + line.seq() + " was altered");
        } else if (inOrder && !line.previous().equals(hash)) {
            fault(at + ": line " + seq + " was replaced: line " + line.seq() + " follows another");
        }
        seq = line.seq();
        hash = line.hash();
    }

    /// The head tells of lines that were taken off the end.
    private void readHead(Path file) throws IOException {
        Path head = Chain.head(file);
        if (!Files.exists(head)) {
            fault(head.getFileName() + ": it is missing: lines may have been taken off the end");
            return;
        }
        String[] parts = Files.readString(head).strip().split(" ", -1);
        long number = parts[0].matches("\\d{1,18}") ? Long.parseLong(parts[0]) : -1;
        if (parts.length != 2 || number < 0) {
            fault(head.getFileName() + ": altered");
        } else if (number > seq) {
            fault("lines " + (seq + 1) + " to " + number + " are missing at the end");
        } else if (number == seq && !parts[1].equals(hash)) {
            fault("line " + seq + " was replaced: it is not the one that was written last");
        }
    }
}
