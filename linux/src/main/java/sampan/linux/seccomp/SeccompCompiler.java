package sampan.linux.seccomp;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import sampan.linux.sys.Errno;

/// Makes programs of profiles and keeps the last ones: a compilation takes milliseconds, and hosts
/// have few profiles. Safe for many threads; compilations run one after another.
public final class SeccompCompiler {
    /// How many programs are kept, of 4 to 30 KiB each.
    private static final int KEPT = 32;

    private static final float LOAD_FACTOR = 0.75f;

    private final Optional<KeptPrograms> files;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<SeccompProfile, SeccompProgram> kept =
            new LinkedHashMap<>(KEPT, LOAD_FACTOR, true) {
                @Override
                protected boolean removeEldestEntry(
                        Map.Entry<SeccompProfile, SeccompProgram> eldest) {
                    return size() > KEPT;
                }
            };

    /// Keeps programs in memory only.
    public SeccompCompiler() {
        this.files = Optional.empty();
    }

    /// Keeps programs in memory and in a directory, which is made when there is one to keep.
    ///
    /// @param directory that only this user can write; best cleared when the machine starts
    public SeccompCompiler(Path directory) {
        this.files = Optional.of(new KeptPrograms(directory));
    }

    /// The program of a profile.
    ///
    /// @throws sampan.errors.SampanException INVALID for a rule that libseccomp refuses,
    ///   UNSUPPORTED where libseccomp is not installed
    public SeccompProgram compile(SeccompProfile profile) {
        lock.lock();
        try {
            SeccompProgram known = kept.get(profile);
            if (known == null) {
                known = files.flatMap(f -> f.find(profile)).orElseGet(() -> make(profile));
                kept.put(profile, known);
            }
            return known;
        } finally {
            lock.unlock();
        }
    }

    private SeccompProgram make(SeccompProfile profile) {
        SeccompProgram program = translate(profile);
        files.ifPresent(f -> f.keep(profile, program));
        return program;
    }

    static SeccompProgram translate(SeccompProfile profile) {
        int defaultValue =
                profile.defaultAction().value(profile.defaultErrno().orElse(Errno.EPERM));
        List<SeccompArch> arches =
                profile.architectures().isEmpty()
                        ? List.of(SeccompArch.current())
                        : profile.architectures();
        byte[] filter;
        byte[] prelude;
        try (LibSeccomp lib = new LibSeccomp(defaultValue);
                Arena arena = Arena.ofConfined()) {
            lib.architectures(arches);
            lib.optimize();
            Map<String, Integer> later = new HashMap<>();
            Set<String> known = new HashSet<>();
            for (SyscallRule rule : profile.rules()) {
                int value = rule.action().value(rule.errno().orElse(Errno.EPERM));
                for (String name : rule.names()) {
                    OptionalInt number = lib.resolve(arena, name);
                    if (number.isPresent()) {
                        known.add(name);
                        if (value != defaultValue) {
                            add(lib, arena, new Call(value, number.getAsInt(), name), rule.args());
                        }
                    } else if (rule.args().isEmpty() && LaterCalls.number(name).isPresent()) {
                        later.putIfAbsent(name, value);
                    }
                }
            }
            filter = lib.export();
            prelude =
                    profile.defaultAction().permits()
                            ? new byte[0]
                            : Prelude.assemble(
                                    abis(lib, arena, arches, known, later), defaultValue);
        }
        boolean listener = profile.notifies();
        return new SeccompProgram(
                ByteBuffer.allocate(prelude.length + filter.length)
                        .put(prelude)
                        .put(filter)
                        .array(),
                SeccompFlag.bits(profile.flags(), listener),
                listener);
    }

    private record Call(int value, int number, String name) {}

    /// The library takes one condition per argument and rule; more of them become rules of their
    /// own, of which any one is enough.
    private static void add(LibSeccomp lib, Arena arena, Call call, List<ArgCondition> args) {
        boolean repeated = args.stream().map(ArgCondition::index).distinct().count() < args.size();
        if (repeated) {
            for (ArgCondition each : args) {
                lib.rule(arena, call.value, call.number, call.name, List.of(each));
            }
        } else {
            lib.rule(arena, call.value, call.number, call.name, args);
        }
    }

    private static List<Prelude.Abi> abis(
            LibSeccomp lib,
            Arena arena,
            List<SeccompArch> arches,
            Set<String> known,
            Map<String, Integer> later) {
        List<Prelude.Abi> abis = new ArrayList<>();
        for (SeccompArch arch : arches) {
            int last = 0;
            for (String name : known) {
                last = Math.max(last, lib.resolve(arena, arch, name).orElse(0));
            }
            int bit = arch == SeccompArch.X32 ? X32_BIT : 0;
            Map<Integer, Integer> laterHere = new HashMap<>();
            for (Map.Entry<String, Integer> call : later.entrySet()) {
                int number = LaterCalls.number(call.getKey()).orElseThrow() | bit;
                if (number > last) {
                    laterHere.put(number, call.getValue());
                }
            }
            abis.add(new Prelude.Abi(arch, last, laterHere));
        }
        return abis;
    }

    private static final int X32_BIT = 0x4000_0000;
}
