package sampan.linux.cgroups;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

/// The sizes of huge pages that this kernel has.
final class HugePages {
    private static final Path DIRECTORY = Path.of("/sys/kernel/mm/hugepages");
    private static final String PREFIX = "hugepages-";
    private static final long KB_PER_MB = 1024;
    private static final long KB_PER_GB = KB_PER_MB * 1024;

    private HugePages() {}

    /// As cgroup files name them: `64KB`, `2MB`, `1GB`; empty without huge pages.
    static List<String> sizes() {
        TreeSet<String> sizes = new TreeSet<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(DIRECTORY, PREFIX + "*kB")) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                sizes.add(
                        named(Long.parseLong(name.substring(PREFIX.length(), name.length() - 2))));
            }
        } catch (IOException e) {
            return List.of();
        }
        return List.copyOf(sizes);
    }

    static String named(long kilobytes) {
        if (kilobytes >= KB_PER_GB) {
            return kilobytes / KB_PER_GB + "GB";
        }
        return kilobytes >= KB_PER_MB ? kilobytes / KB_PER_MB + "MB" : kilobytes + "KB";
    }
}
