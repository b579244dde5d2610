package sampan.linux.cgroups;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import sampan.linux.cgroups.DevicePolicy.Device;

/// The eBPF program (bpf(2), BPF_PROG_TYPE_CGROUP_DEVICE) that decides as a [DevicePolicy]: it
/// returns 1 to allow, 0 to deny with EPERM.
///
/// The kernel calls it with struct bpf_cgroup_dev_ctx: access << 16 | type, major, minor, 32 bits
/// each; type is 1 for block, 2 for character devices, access as in [DeviceRule].
final class DeviceProgram {
    private static final int BLOCK = 1;
    private static final int CHARACTER = 2;

    private static final int LOAD_WORD = 0x61;
    private static final int MOVE = 0xb7;
    private static final int MOVE_REGISTER = 0xbf;
    private static final int AND = 0x57;
    private static final int SHIFT_RIGHT = 0x77;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int JUMP_UNLESS_EQUAL = 0x55;
    private static final int JUMP_UNLESS_EQUAL_REGISTER = 0x5d;
    private static final int EXIT = 0x95;

    private static final int RESULT = 0;
    private static final int SCRATCH = 1;
    private static final int TYPE = 2;
    private static final int ACCESS = 3;
    private static final int MAJOR = 4;
    private static final int MINOR = 5;

    private final List<Instruction> instructions = new ArrayList<>();

    private DeviceProgram() {}

    private record Instruction(int code, int target, int source, int offset, int value) {
        static final int SIZE = 8;

        Instruction to(int offset) {
            return new Instruction(code, target, source, offset, value);
        }

        boolean leaves() {
            return offset == NEXT;
        }

        static final int NEXT = -1;
    }

    /// The program's instructions, 8 bytes each.
    static byte[] assemble(DevicePolicy policy) {
        DeviceProgram program = new DeviceProgram();
        program.prologue();
        for (Map.Entry<Device, Integer> exception : policy.exceptions().entrySet()) {
            program.exception(exception.getKey(), exception.getValue(), !policy.allowByDefault());
        }
        program.answer(policy.allowByDefault());
        return program.bytes();
    }

    private void prologue() {
        // The context is in register 1, which becomes free after this.
        add(LOAD_WORD, TYPE, SCRATCH, 0, 0);
        add(AND, TYPE, 0, 0, 0xffff);
        add(LOAD_WORD, ACCESS, SCRATCH, 0, 0);
        add(SHIFT_RIGHT, ACCESS, 0, 0, 16);
        add(LOAD_WORD, MAJOR, SCRATCH, 4, 0);
        add(LOAD_WORD, MINOR, SCRATCH, 8, 0);
    }

    private void exception(Device device, int access, boolean allow) {
        int start = instructions.size();
        add(
                JUMP_UNLESS_EQUAL,
                TYPE,
                0,
                Instruction.NEXT,
                device.type() == DeviceRule.Type.BLOCK ? BLOCK : CHARACTER);
        if (access != DeviceRule.EVERY_ACCESS) {
            add(MOVE_REGISTER, SCRATCH, ACCESS, 0, 0);
            add(AND, SCRATCH, 0, 0, access);
            // Allowed is what lies within the exception; denied what touches it.
            if (allow) {
                add(JUMP_UNLESS_EQUAL_REGISTER, SCRATCH, ACCESS, Instruction.NEXT, 0);
            } else {
                add(JUMP_IF_EQUAL, SCRATCH, 0, Instruction.NEXT, 0);
            }
        }
        if (device.major() != DevicePolicy.ANY) {
            add(JUMP_UNLESS_EQUAL, MAJOR, 0, Instruction.NEXT, (int) device.major());
        }
        if (device.minor() != DevicePolicy.ANY) {
            add(JUMP_UNLESS_EQUAL, MINOR, 0, Instruction.NEXT, (int) device.minor());
        }
        answer(allow);
        for (int i = start; i < instructions.size(); i++) {
            if (instructions.get(i).leaves()) {
                // Offsets count from the instruction after the jump.
                instructions.set(i, instructions.get(i).to(instructions.size() - i - 1));
            }
        }
    }

    private void answer(boolean allow) {
        add(MOVE, RESULT, 0, 0, allow ? 1 : 0);
        add(EXIT, 0, 0, 0, 0);
    }

    private void add(int code, int target, int source, int offset, int value) {
        instructions.add(new Instruction(code, target, source, offset, value));
    }

    private byte[] bytes() {
        ByteBuffer bytes =
                ByteBuffer.allocate(instructions.size() * Instruction.SIZE)
                        .order(ByteOrder.nativeOrder());
        for (Instruction each : instructions) {
            bytes.put((byte) each.code)
                    .put((byte) (each.target | each.source << 4))
                    .putShort((short) each.offset)
                    .putInt(each.value);
        }
        return bytes.array();
    }
}
