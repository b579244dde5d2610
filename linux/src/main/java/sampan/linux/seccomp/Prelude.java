package sampan.linux.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import sampan.linux.sys.Errno;

/// Instructions before libseccomp's, for calls beyond those that the profile knows.
///
/// A call that is newer than every call that the profile names was unknown to its author: it gets
/// ENOSYS instead of the default, so that programs fall back to what they did on older kernels,
/// where EPERM would make them fail. Calls that the profile names but the library does not know get
/// their action here (see [LaterCalls]).
///
/// Per ABI: `nr <= last known to the library` goes on to the library's filter; then one comparison
/// for each later call; then, up to the last later call named, the default; beyond it ENOSYS.
final class Prelude {
    private static final int LOAD_WORD = 0x20;
    private static final int JUMP = 0x05;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int JUMP_IF_GREATER = 0x25;
    private static final int JUMP_IF_SET = 0x45;
    private static final int RETURN = 0x06;

    private static final int OFFSET_OF_NUMBER = 0;
    private static final int OFFSET_OF_ARCH = 4;
    private static final int X32_BIT = 0x4000_0000;

    private final int defaultValue;
    private final List<Instruction> code = new ArrayList<>();

    private record Instruction(int code, int jumpTrue, int jumpFalse, int value) {
        /// Leaves for the library's filter.
        static final int LEAVE = -1;

        boolean leaves() {
            return code == JUMP && value == LEAVE;
        }
    }

    /// What is known of one ABI.
    ///
    /// @param last number that the profile names and the library knows, x32's bit included
    /// @param later calls with the filter's values, by number, x32's bit included
    record Abi(SeccompArch arch, int last, Map<Integer, Integer> later) {
        Abi {
            later = Collections.unmodifiableMap(new TreeMap<>(later));
        }
    }

    private Prelude(int defaultValue) {
        this.defaultValue = defaultValue;
    }

    static byte[] assemble(List<Abi> abis, int defaultValue) {
        Prelude prelude = new Prelude(defaultValue);
        prelude.add(LOAD_WORD, 0, 0, OFFSET_OF_ARCH);
        Map<Integer, List<Abi>> byAudit = new LinkedHashMap<>();
        for (Abi abi : abis) {
            byAudit.computeIfAbsent(abi.arch.auditArch(), audit -> new ArrayList<>()).add(abi);
        }
        byAudit.forEach(prelude::machine);
        prelude.leave();
        return prelude.bytes();
    }

    private void machine(int audit, List<Abi> abis) {
        int start = code.size();
        // Patched below: the section's length is not known yet.
        add(JUMP_IF_EQUAL, 0, 0, audit);
        add(LOAD_WORD, 0, 0, OFFSET_OF_NUMBER);
        if (audit == SeccompArch.X86_64.auditArch()) {
            x86(abis);
        } else {
            section(abis.getFirst());
        }
        code.set(start, new Instruction(JUMP_IF_EQUAL, 0, code.size() - start - 1, audit));
    }

    /// Two ABIs under one number, told apart by a bit. One that the profile does not have is left
    /// to the library, which kills.
    private void x86(List<Abi> abis) {
        int branch = code.size();
        add(JUMP_IF_SET, 0, 0, X32_BIT);
        sectionOrLeave(abis, SeccompArch.X86_64);
        code.set(branch, new Instruction(JUMP_IF_SET, code.size() - branch - 1, 0, X32_BIT));
        sectionOrLeave(abis, SeccompArch.X32);
    }

    private void sectionOrLeave(List<Abi> abis, SeccompArch arch) {
        abis.stream()
                .filter(abi -> abi.arch == arch)
                .findFirst()
                .ifPresentOrElse(this::section, this::leave);
    }

    private void section(Abi abi) {
        add(JUMP_IF_GREATER, 1, 0, abi.last);
        leave();
        int last = abi.last;
        for (Map.Entry<Integer, Integer> call : abi.later.entrySet()) {
            add(JUMP_IF_EQUAL, 0, 1, call.getKey());
            add(RETURN, 0, 0, call.getValue());
            last = Math.max(last, call.getKey());
        }
        if (last > abi.last) {
            add(JUMP_IF_GREATER, 1, 0, last);
            add(RETURN, 0, 0, defaultValue);
        }
        add(RETURN, 0, 0, SeccompAction.ERRNO.value(Errno.ENOSYS));
    }

    private void leave() {
        add(JUMP, 0, 0, Instruction.LEAVE);
    }

    private void add(int operation, int jumpTrue, int jumpFalse, int value) {
        code.add(new Instruction(operation, jumpTrue, jumpFalse, value));
    }

    private byte[] bytes() {
        ByteBuffer bytes =
                ByteBuffer.allocate(code.size() * SeccompProgram.INSTRUCTION)
                        .order(ByteOrder.nativeOrder());
        for (int i = 0; i < code.size(); i++) {
            Instruction each = code.get(i);
            bytes.putShort((short) each.code)
                    .put((byte) each.jumpTrue)
                    .put((byte) each.jumpFalse)
                    .putInt(each.leaves() ? code.size() - i - 1 : each.value);
        }
        return bytes.array();
    }
}
