package sampan.engine.containers;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import sampan.errors.SampanException;

/// All containers: by id, by prefix of one, by name. Look-ups never block.
public final class Containers {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]+");

    private final ContainerFiles files;
    private final NameGenerator generator = new NameGenerator(RandomGenerator.getDefault());
    private final ConcurrentSkipListMap<String, ContainerHandle> byId =
            new ConcurrentSkipListMap<>();
    private final ConcurrentHashMap<String, ContainerId> names = new ConcurrentHashMap<>();

    public Containers(ContainerFiles files) {
        this.files = files;
    }

    public ContainerFiles files() {
        return files;
    }

    /// Takes a name, or makes one up; it stays taken until [#release].
    ///
    /// INVALID for a name that is none, CONFLICT for one that is taken.
    public String reserve(Optional<String> wanted, ContainerId id) {
        if (wanted.isEmpty()) {
            return generator.next(name -> names.putIfAbsent(name, id) == null);
        }
        String name = wanted.get().startsWith("/") ? wanted.get().substring(1) : wanted.get();
        if (!NAME.matcher(name).matches()) {
            throw SampanException.invalid(
                    "Invalid container name ("
                            + wanted.get()
                            + "), only "
                            + "[a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
        }
        ContainerId holder = names.putIfAbsent(name, id);
        if (holder != null) {
            throw SampanException.conflict(
                    "Conflict. The container name \"/"
                            + name
                            + "\" is already in use by container \""
                            + holder
                            + "\". You have to remove (or rename) that container to be able to"
                            + " reuse that name.");
        }
        return name;
    }

    /// Whether there is a container of that full id, or one is being made.
    public boolean knows(String id) {
        return byId.containsKey(id)
                || names.values().stream().anyMatch(taken -> taken.value().equals(id));
    }

    public void release(String name, ContainerId id) {
        names.remove(name, id);
    }

    /// Adds a container whose name is reserved and whose files are written.
    public ContainerHandle add(ContainerRecord record) {
        ContainerHandle handle = new ContainerHandle(files, record);
        names.put(record.name(), record.id());
        byId.put(record.id().value(), handle);
        return handle;
    }

    /// Forgets it, in its turn, after everything of it is gone.
    public void forget(ContainerHandle handle) {
        byId.remove(handle.id().value(), handle);
        names.remove(handle.record().name(), handle.id());
        handle.markGone();
    }

    /// Renames it, in its turn.
    public void rename(ContainerHandle handle, String wanted) {
        String before = handle.record().name();
        String name = reserve(Optional.of(wanted), handle.id());
        try {
            handle.changeSpec(record -> record.withName(name));
        } catch (RuntimeException e) {
            release(name, handle.id());
            throw e;
        }
        release(before, handle.id());
    }

    /// Replaces the spec, in its turn: limits, restart policy.
    public void respecify(ContainerHandle handle, ContainerSpec spec) {
        handle.changeSpec(record -> record.withSpec(spec));
    }

    /// By full id, name with or without slash, or an unambiguous beginning of an id, in this order.
    ///
    /// NOT_FOUND `No such container: REF`.
    public ContainerHandle resolve(String reference) {
        ContainerHandle handle = lookup(reference);
        if (handle == null) {
            throw SampanException.notFound("No such container: " + reference);
        }
        return handle;
    }

    public Optional<ContainerHandle> find(String reference) {
        return Optional.ofNullable(lookup(reference));
    }

    public Optional<ContainerHandle> find(ContainerId id) {
        return Optional.ofNullable(byId.get(id.value()));
    }

    private @Nullable ContainerHandle lookup(String reference) {
        if (reference.isEmpty()) {
            return null;
        }
        ContainerHandle exact = byId.get(reference);
        if (exact != null) {
            return exact;
        }
        String name = reference.startsWith("/") ? reference.substring(1) : reference;
        ContainerId named = names.get(name);
        if (named != null && byId.get(named.value()) != null) {
            return byId.get(named.value());
        }
        var from = byId.tailMap(reference, true).entrySet().iterator();
        ContainerHandle found = null;
        while (from.hasNext()) {
            var entry = from.next();
            if (!entry.getKey().startsWith(reference)) {
                break;
            }
            if (found != null) {
                throw SampanException.invalid(
                        "multiple IDs found with provided prefix: " + reference);
            }
            found = entry.getValue();
        }
        return found;
    }

    /// A snapshot, in the order of ids.
    public List<ContainerHandle> all() {
        return new ArrayList<>(byId.values());
    }

    /// The pictures of all, newest first.
    public List<Container> views() {
        return byId.values().stream()
                .map(ContainerHandle::view)
                .sorted(Comparator.comparing(Container::created).reversed())
                .toList();
    }

    /// Writes every state that is due: the daemon goes down in order.
    public void flush() {
        byId.values().forEach(ContainerHandle::writeNow);
    }

    public int size() {
        return byId.size();
    }
}
