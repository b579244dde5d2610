package sampan.engine.networks;

import java.net.Inet4Address;
import java.util.BitSet;
import java.util.concurrent.locks.ReentrantLock;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// The addresses of one subnet: which are taken, which comes next.
///
/// The next address is the first free one behind the last given, round and round, so that an
/// address rests as long as possible before it belongs to another container. The lowest and the
/// highest address and the gateway are never given. Nothing is stored here: the owners of addresses
/// record them, and reserve them again after a restart. Thread-safe.
public final class Ipam {
    /// Longest subnet: one container beside the gateway.
    public static final int MAX_PREFIX = 30;

    /// Shortest subnet, two MiB of bookkeeping when full.
    public static final int MIN_PREFIX = 8;

    private final Cidr subnet;
    private final BitSet taken = new BitSet();
    private final ReentrantLock lock = new ReentrantLock();
    private final int size;
    private int last;
    private int count;

    public Ipam(Cidr subnet, Inet4Address gateway) {
        if (subnet.prefix() < MIN_PREFIX || subnet.prefix() > MAX_PREFIX) {
            throw SampanException.invalid(
                    "subnet "
                            + subnet
                            + " must have a prefix of "
                            + MIN_PREFIX
                            + " to "
                            + MAX_PREFIX
                            + " bits");
        }
        this.subnet = subnet;
        this.size = (int) subnet.size();
        taken.set(0);
        taken.set(size - 1);
        if (!subnet.contains(gateway) || taken.get((int) subnet.offset(gateway))) {
            throw SampanException.invalid(
                    "gateway " + gateway.getHostAddress() + " is no host address of " + subnet);
        }
        taken.set((int) subnet.offset(gateway));
        last = 0;
    }

    public Cidr subnet() {
        return subnet;
    }

    /// How many addresses are given or reserved.
    public int inUse() {
        lock.lock();
        try {
            return count;
        } finally {
            lock.unlock();
        }
    }

    /// Gives the next free address.
    ///
    /// @throws SampanException UNAVAILABLE where all are taken
    public Inet4Address allocate() {
        lock.lock();
        try {
            int next = taken.nextClearBit(last + 1);
            if (next >= size) {
                next = taken.nextClearBit(0);
            }
            if (next >= size) {
                throw new SampanException(
                        ErrorCode.UNAVAILABLE,
                        "no free address left in subnet "
                                + subnet
                                + ": "
                                + count
                                + " are in use; remove containers or choose a larger subnet");
            }
            taken.set(next);
            last = next;
            count++;
            return subnet.at(next);
        } finally {
            lock.unlock();
        }
    }

    /// Whether an address of the subnet is given or reserved.
    public boolean isTaken(Inet4Address address) {
        lock.lock();
        try {
            return subnet.contains(address) && taken.get((int) subnet.offset(address));
        } finally {
            lock.unlock();
        }
    }

    /// Takes one address for its owner.
    ///
    /// @throws SampanException INVALID outside of the subnet, CONFLICT where it is taken
    public void reserve(Inet4Address address) {
        lock.lock();
        try {
            if (!subnet.contains(address)) {
                throw SampanException.invalid(
                        "address " + address.getHostAddress() + " is not in subnet " + subnet);
            }
            int bit = (int) subnet.offset(address);
            if (taken.get(bit)) {
                throw SampanException.conflict(
                        "address " + address.getHostAddress() + " is already in use");
            }
            taken.set(bit);
            // What was given before the restart rests as well.
            last = Math.max(last, bit);
            count++;
        } finally {
            lock.unlock();
        }
    }

    /// Gives an address back. It must have been given or reserved.
    public void release(Inet4Address address) {
        lock.lock();
        try {
            int bit = (int) subnet.offset(address);
            if (!subnet.contains(address) || !taken.get(bit)) {
                throw new IllegalStateException(address.getHostAddress() + " was not in use");
            }
            taken.clear(bit);
            count--;
        } finally {
            lock.unlock();
        }
    }
}
