package sampan.linux.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.errors.SampanException;
import sampan.linux.capabilities.Capability;
import sampan.linux.capabilities.CapabilitySet;

/// Loads programs into children and sees what becomes of their calls. Numbers are those of x86-64.
@Tag("privileged")
final class SeccompProgramTest {
    private static final String OK = "0";
    private static final String EPERM = "1";
    private static final String EFAULT = "14";
    private static final String EINVAL = "22";
    private static final String ENOSYS = "38";
    private static final String SIGSYS = "signal 31";

    private static final int SOCKET = 41;
    private static final int CLONE = 56;
    private static final int PERSONALITY = 135;
    private static final int MOUNT = 165;
    private static final int UNSHARE = 272;
    private static final int GETPID = 39;
    private static final int CLONE3 = 435;
    private static final int FCHMODAT2 = 452;
    private static final int MSEAL = 462;
    private static final int OPEN_TREE_ATTR = 467;

    private static final SeccompProfile PERMISSIVE =
            new SeccompProfile(
                    SeccompAction.ALLOW,
                    OptionalInt.empty(),
                    List.of(SeccompArch.X86_64, SeccompArch.X86),
                    Set.of(),
                    List.of());

    @TempDir private Path directory;

    private List<String> probe(SeccompProfile profile, String... calls) throws Exception {
        Path source = directory.resolve("probe.c");
        Path binary = directory.resolve("probe");
        if (!Files.exists(binary)) {
            try (InputStream in =
                    Objects.requireNonNull(getClass().getResourceAsStream("probe.c"))) {
                Files.copy(in, source);
            }
            run(List.of("cc", "-O1", "-o", binary.toString(), source.toString()));
        }
        Path program = directory.resolve("program");
        SeccompProgram compiled = new SeccompCompiler().compile(profile);
        byte[] code = new byte[compiled.size()];
        compiled.code().get(code);
        Files.write(program, code);
        List<String> command = new ArrayList<>(List.of(binary.toString(), program.toString()));
        command.addAll(List.of(calls));
        return run(command);
    }

    private static List<String> run(List<String> command) throws Exception {
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        List<String> output = process.inputReader().readAllLines();
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
        return output;
    }

    private static String call(int number, long... args) {
        StringBuilder text = new StringBuilder().append(number);
        for (long arg : args) {
            text.append(',').append(arg);
        }
        return text.toString();
    }

    @Test
    void defaultProfileForUsualCapabilities() throws Exception {
        SeccompProfile profile = DefaultProfile.forCapabilities(CapabilitySet.DEFAULT);
        assertThat(
                        probe(
                                profile,
                                call(GETPID),
                                call(MOUNT),
                                call(UNSHARE, 0x1000_0000),
                                call(CLONE3),
                                call(CLONE, 0x1000_0000),
                                call(SOCKET, 2, 1, 0),
                                call(SOCKET, 38, 5, 0),
                                call(SOCKET, 40, 1, 0),
                                call(SOCKET, 16, 3, 0)))
                .containsExactly(OK, EPERM, EPERM, ENOSYS, EPERM, OK, EPERM, EPERM, OK);
        assertThat(
                        probe(
                                profile,
                                call(PERSONALITY, 0xffff_ffffL),
                                // ADDR_NO_RANDOMIZE
                                call(PERSONALITY, 0x40000),
                                // keyctl, io_uring_setup, userfaultfd, kexec_load
                                call(250),
                                call(425),
                                call(323),
                                call(246)))
                .containsExactly(OK, EPERM, EPERM, EPERM, EPERM, EPERM);
    }

    @Test
    void callsNewerThanTheLibraryAreKnown() throws Exception {
        SeccompProfile profile = DefaultProfile.forCapabilities(CapabilitySet.DEFAULT);
        String[] allowed = {call(FCHMODAT2, 0, 0, 0, 0xffff), call(MSEAL, 1, 1, 0)};
        assertThat(probe(profile, allowed))
                .as("the kernel's own answers to nonsense")
                .isEqualTo(probe(PERMISSIVE, allowed))
                .doesNotContain(EPERM);
        // Between known ones but only for CAP_SYS_ADMIN; then two beyond all that are named.
        assertThat(probe(profile, call(461), call(OPEN_TREE_ATTR), call(999)))
                .containsExactly(EPERM, ENOSYS, ENOSYS);
    }

    @Test
    void capabilitiesOpenTheirCalls() throws Exception {
        SeccompProfile profile =
                DefaultProfile.forCapabilities(
                        CapabilitySet.DEFAULT.with(Capability.CAP_SYS_ADMIN));
        assertThat(probe(profile, call(MOUNT), call(UNSHARE, 0), call(CLONE3, 0, 0)))
                .containsExactly(EFAULT, OK, EINVAL);
        assertThat(
                        probe(
                                DefaultProfile.forCapabilities(
                                        CapabilitySet.of(Capability.CAP_SYS_CHROOT)),
                                call(161),
                                // acct
                                call(163)))
                .containsExactly(EFAULT, EPERM);
    }

    @Test
    void otherAbisAreFilteredToo() throws Exception {
        SeccompProfile profile = DefaultProfile.forCapabilities(CapabilitySet.DEFAULT);
        // i386: getpid 20, mount 21, unshare 310, one beyond; mseal 462
        assertThat(probe(profile, "i386:20", "i386:21", "i386:310", "i386:999"))
                .containsExactly(OK, EPERM, EPERM, ENOSYS);
        assertThat(probe(profile, "i386:462,1,1"))
                .isEqualTo(probe(PERMISSIVE, "i386:462,1,1"))
                .doesNotContain(EPERM);
        SeccompProfile own =
                new SeccompProfile(
                        SeccompAction.ALLOW,
                        OptionalInt.empty(),
                        List.of(SeccompArch.X86_64),
                        Set.of(),
                        List.of());
        assertThat(probe(own, call(GETPID), "i386:20")).containsExactly(OK, SIGSYS);
    }

    @Test
    void customActionsAndConditions() throws Exception {
        SeccompProfile profile =
                new SeccompProfile(
                        SeccompAction.ALLOW,
                        OptionalInt.empty(),
                        List.of(),
                        Set.of(SeccompFlag.LOG),
                        List.of(
                                new SyscallRule(
                                        List.of("personality", "no_such_call"),
                                        SeccompAction.ERRNO,
                                        OptionalInt.of(77),
                                        List.of(
                                                ArgCondition.equal(0, 5),
                                                ArgCondition.equal(0, 6))),
                                new SyscallRule(
                                        List.of("getpid"),
                                        SeccompAction.KILL_PROCESS,
                                        OptionalInt.empty(),
                                        List.of()),
                                new SyscallRule(
                                        List.of("socket"),
                                        SeccompAction.ERRNO,
                                        OptionalInt.empty(),
                                        List.of(
                                                ArgCondition.equal(0, 2),
                                                ArgCondition.masked(1, 0xf, 1)))));
        assertThat(
                        probe(
                                profile,
                                call(PERSONALITY, 5),
                                call(PERSONALITY, 6),
                                call(PERSONALITY, 0),
                                call(GETPID),
                                call(SOCKET, 2, 1),
                                call(SOCKET, 2, 2),
                                call(CLONE3, 0, 0)))
                .containsExactly("77", "77", OK, SIGSYS, EPERM, OK, EINVAL);
        assertThat(new SeccompCompiler().compile(profile).flags()).isEqualTo(2);
    }

    @Test
    void everyNameOfTheProfileIsACall() {
        Set<String> elsewhere = Set.of("riscv_hwprobe", "uretprobe");
        SeccompProfile profile =
                DefaultProfile.forCapabilities(
                        CapabilitySet.ALL, SeccompArch.X86_64, new KernelVersion(6, 18));
        try (LibSeccomp lib = new LibSeccomp(SeccompAction.ALLOW.value(0));
                Arena arena = Arena.ofConfined()) {
            List<String> unknown =
                    profile.rules().stream()
                            .flatMap(rule -> rule.names().stream())
                            .filter(name -> lib.resolve(arena, name).isEmpty())
                            .filter(name -> LaterCalls.number(name).isEmpty())
                            .filter(name -> !elsewhere.contains(name))
                            .toList();
            assertThat(unknown).isEmpty();
        }
    }

    @Test
    void programsAreKept() {
        SeccompCompiler compiler = new SeccompCompiler();
        SeccompProfile one = DefaultProfile.forCapabilities(CapabilitySet.DEFAULT);
        SeccompProfile same = DefaultProfile.forCapabilities(CapabilitySet.DEFAULT);
        assertThat(one).isNotSameAs(same);
        assertThat(compiler.compile(one)).isSameAs(compiler.compile(same));
    }

    @Test
    void anotherCompilerFindsWhatWasKept(@TempDir Path directory) throws IOException {
        SeccompProfile profile = DefaultProfile.forCapabilities(CapabilitySet.DEFAULT);
        SeccompProgram made = new SeccompCompiler(directory).compile(profile);
        Path file;
        try (Stream<Path> files = Files.list(directory)) {
            file = files.findFirst().orElseThrow();
        }
        SeccompProgram found = new KeptPrograms(directory).find(profile).orElseThrow();
        assertThat(found.code()).isEqualTo(made.code());
        assertThat(found.flags()).isEqualTo(made.flags());
        assertThat(found.listener()).isEqualTo(made.listener());
        SeccompProfile other = DefaultProfile.forCapabilities(CapabilitySet.NONE);
        assertThat(new KeptPrograms(directory).find(other)).isEmpty();

        byte[] content = Files.readAllBytes(file);
        content[content.length / 2] ^= 1;
        Files.write(file, content);
        assertThat(new KeptPrograms(directory).find(profile)).isEmpty();
        Files.write(file, new byte[3]);
        assertThat(new KeptPrograms(directory).find(profile)).isEmpty();
        assertThat(new SeccompCompiler(directory).compile(profile).code()).isEqualTo(made.code());
        assertThat(new KeptPrograms(directory).find(profile)).isPresent();
    }

    @Test
    void notifyIsRefusedWhereItCannotWork() {
        assertThatThrownBy(() ->
                        new SeccompProfile(
                                SeccompAction.NOTIFY,
                                OptionalInt.empty(),
                                List.of(),
                                Set.of(),
                                List.of()))
                .isInstanceOf(SampanException.class)
                .hasMessage("SCMP_ACT_NOTIFY cannot be used as default action");
        SeccompProfile profile =
                new SeccompProfile(
                        SeccompAction.ALLOW,
                        OptionalInt.empty(),
                        List.of(),
                        Set.of(),
                        List.of(
                                new SyscallRule(
                                        List.of("mkdir"),
                                        SeccompAction.NOTIFY,
                                        OptionalInt.empty(),
                                        List.of())));
        SeccompProgram program = new SeccompCompiler().compile(profile);
        assertThat(program.listener()).isTrue();
        assertThat(program.flags() & SeccompFlag.NEW_LISTENER).isNotZero();
    }

    /// seccomp(2): TSYNC with a listener needs another flag, WAIT_KILLABLE_RECV a listener.
    @Test
    void flagsFitALoadWithAndWithoutAListener() {
        Set<SeccompFlag> all = Set.of(SeccompFlag.values());
        assertThat(SeccompFlag.bits(all, false)).isEqualTo(1 | 2 | 4);
        assertThat(SeccompFlag.bits(all, true)).isEqualTo(1 | 2 | 4 | 8 | 16 | 32);
        assertThat(SeccompFlag.bits(Set.of(), true)).isEqualTo(8);
    }
}
