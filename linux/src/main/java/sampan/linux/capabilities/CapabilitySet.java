package sampan.linux.capabilities;

import static sampan.linux.capabilities.Capability.*;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import sampan.errors.SampanException;

/// An immutable set of capabilities: bit n of the mask stands for capability number n. Bits that
/// this build has no name for are kept, so that a set read from a newer kernel goes back unchanged.
public record CapabilitySet(long mask) {
    public static final CapabilitySet NONE = new CapabilitySet(0);

    /// Every capability that this build knows, whether or not the kernel does: see
    /// [ProcessCapabilities#ofKernel].
    public static final CapabilitySet ALL = of(Capability.values());

    /// What a container gets where nothing else is asked for: the fourteen of Docker.
    public static final CapabilitySet DEFAULT =
            of(
                    CAP_CHOWN,
                    CAP_DAC_OVERRIDE,
                    CAP_FSETID,
                    CAP_FOWNER,
                    CAP_MKNOD,
                    CAP_NET_RAW,
                    CAP_SETGID,
                    CAP_SETUID,
                    CAP_SETFCAP,
                    CAP_SETPCAP,
                    CAP_NET_BIND_SERVICE,
                    CAP_SYS_CHROOT,
                    CAP_KILL,
                    CAP_AUDIT_WRITE);

    public static CapabilitySet of(Capability... capabilities) {
        return of(Arrays.asList(capabilities));
    }

    public static CapabilitySet of(Collection<Capability> capabilities) {
        long mask = 0;
        for (Capability capability : capabilities) {
            mask |= capability.bit();
        }
        return new CapabilitySet(mask);
    }

    /// The set of these names: any case, with or without `CAP_`; `ALL` is [#ALL].
    ///
    /// @throws SampanException INVALID, naming the first name that is no capability
    public static CapabilitySet parse(Collection<String> names) {
        long mask = 0;
        for (String name : names) {
            mask |= name.strip().equalsIgnoreCase("ALL") ? ALL.mask : one(name).bit();
        }
        return new CapabilitySet(mask);
    }

    private static Capability one(String name) {
        return Capability.named(name)
                .orElseThrow(() ->
                        SampanException.invalid(
                                "unknown capability: \"" + Capability.full(name) + "\""));
    }

    /// Whether it contains the capability.
    public boolean has(Capability capability) {
        return (mask & capability.bit()) != 0;
    }

    public boolean containsAll(CapabilitySet other) {
        return (other.mask & ~mask) == 0;
    }

    public boolean isEmpty() {
        return mask == 0;
    }

    public CapabilitySet with(CapabilitySet other) {
        return new CapabilitySet(mask | other.mask);
    }

    public CapabilitySet with(Capability capability) {
        return new CapabilitySet(mask | capability.bit());
    }

    public CapabilitySet without(CapabilitySet other) {
        return new CapabilitySet(mask & ~other.mask);
    }

    public CapabilitySet without(Capability capability) {
        return new CapabilitySet(mask & ~capability.bit());
    }

    /// What both have.
    public CapabilitySet intersect(CapabilitySet other) {
        return new CapabilitySet(mask & other.mask);
    }

    /// The members by number; bits without a name are left out.
    public List<Capability> members() {
        List<Capability> members = new ArrayList<>(Long.bitCount(mask));
        for (Capability capability : Capability.values()) {
            if (has(capability)) {
                members.add(capability);
            }
        }
        return List.copyOf(members);
    }

    /// The names with `CAP_`, by number.
    public List<String> names() {
        return members().stream().map(Capability::name).toList();
    }

    @Override
    public String toString() {
        return names().toString();
    }
}
