package sampan.buildkit.control;

import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.buildkit.wire.Fields;
import sampan.buildkit.wire.Message;
import sampan.engine.services.BuildService.CacheEntry;
import sampan.engine.services.BuildService.CacheKind;
import sampan.engine.services.BuildService.PrunedCache;
import sampan.engine.services.CacheBounds;
import sampan.engine.services.CacheFilter;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// `moby.buildkit.v1.Control`.
public final class Control implements BindableService {
    private static final String TYPE_IS = "type==";
    private static final String ID_HAS = "id~=";

    private final Solver solver;
    private final Workers workers;
    private final OfferedSessions sessions;

    /// @param sessions takes those that clients offer within a call
    /// @param version of this engine
    public Control(Solver solver, OfferedSessions sessions, String version) {
        this.sessions = sessions;
        this.solver = solver;
        this.workers = new Workers(solver.engine(), version);
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ServerInterceptors.intercept(
                new Services("moby.buildkit.v1.Control")
                                .unary(
                                        "Info",
                                        _ -> new Message().message(1, workers.version()).bytes())
                                .unary("ListWorkers", this::listWorkers)
                                .unary("Solve", this::solve)
                                .stream("Status", this::status)
                                .unary("DiskUsage", this::diskUsage)
                                .stream("Prune", this::prune)
                                .stream("ListenBuildHistory", this::history)
                                .unary("UpdateBuildHistory", this::updateHistory)
                                .sessions("Session", sessions)
                                .build(),
                sessions);
    }

    private byte[] listWorkers(byte[] question) {
        Message answer = new Message();
        workers.records().forEach(record -> answer.message(1, record));
        return answer.bytes();
    }

    private void solve(byte[] question, Services.Sink sink) throws InterruptedException {
        Map<String, String> response =
                solver.solve(SolveRequest.of(question), job -> sink.onCancel(job::cancel));
        sink.send(new Message().strings(1, response).bytes());
    }

    private void status(byte[] question, Services.Sink sink) throws InterruptedException {
        Thread waiting = Thread.currentThread();
        String ref = Fields.of(question).text(1);
        Optional<Progress> ended = solver.history.progress(ref);
        Progress progress = ended.isPresent() ? ended.get() : solver.jobs.progress(ref);
        sink.onCancel(waiting::interrupt);
        int number = 0;
        for (Optional<byte[]> next = progress.get(number);
                next.isPresent();
                next = progress.get(number)) {
            sink.send(next.get());
            number++;
        }
    }

    private static Message usage(CacheEntry entry) {
        return new Message()
                .text(1, entry.id())
                .truth(2, entry.kind() == CacheKind.MOUNT)
                .truth(3, entry.inUse())
                .number(4, entry.bytes())
                .time(6, entry.created())
                .time(7, entry.used())
                .number(8, entry.uses())
                .text(9, entry.description())
                .text(10, entry.kind().word())
                .truth(11, entry.shared());
    }

    private byte[] diskUsage(byte[] question) {
        CacheFilter filter = CacheFilter.of(filters(Fields.of(question).texts(1)));
        Message answer = new Message();
        solver.engine().builds().cache().stream()
                .filter(entry -> filter.takes(entry.kind(), entry.id(), entry.used()))
                .forEach(entry -> answer.message(1, usage(entry)));
        return answer.bytes();
    }

    private void prune(byte[] question, Services.Sink sink) throws InterruptedException {
        Fields asked = Fields.of(question);
        CacheBounds bounds = new CacheBounds(asked.number(4), asked.number(5), asked.number(6));
        Map<String, List<String>> filters = filters(asked.texts(1));
        long nanos = asked.number(3);
        if (nanos != 0) {
            filters.put("until", List.of(nanos / 1_000_000_000L + "s"));
        }
        Map<String, CacheEntry> before = new HashMap<>();
        solver.engine().builds().cache().forEach(entry -> before.put(entry.id(), entry));
        PrunedCache pruned = solver.engine().builds().prune(asked.truth(2), filters, bounds);
        for (String id : pruned.ids()) {
            CacheEntry entry = before.get(id);
            if (entry != null) {
                sink.send(usage(entry).bytes());
            }
        }
    }

    // All that must be so, by commas. A client without filters sends an empty one, and an age in a
    // field of its own.
    private static Map<String, List<String>> filters(List<String> sent) {
        Map<String, List<String>> filters = new HashMap<>();
        for (String each : String.join(",", sent).split(",", 0)) {
            if (each.startsWith(TYPE_IS)) {
                filters.put("type", List.of(each.substring(TYPE_IS.length())));
            } else if (each.startsWith(ID_HAS)) {
                filters.put("id", List.of(each.substring(ID_HAS.length())));
            } else if (!each.isEmpty()) {
                throw new SampanException(
                        ErrorCode.UNSUPPORTED,
                        "filter " + each + " is not supported: use until, type=TYPE or id=ID");
            }
        }
        return filters;
    }

    private void history(byte[] question, Services.Sink sink) throws InterruptedException {
        Fields asked = Fields.of(question);
        if (!asked.texts(4).isEmpty()) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED, "filters of the history are not supported");
        }
        if (!asked.truth(1)) {
            for (byte[] event : solver.history.events(asked.text(2))) {
                sink.send(event);
            }
        }
        if (!asked.truth(3)) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED, "following the history of builds is not supported");
        }
    }

    private byte[] updateHistory(byte[] question) {
        Fields asked = Fields.of(question);
        if (!asked.truth(3)) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED, "builds of the history can be removed, but not changed");
        }
        if (!solver.history.remove(asked.text(1))) {
            throw SampanException.notFound("no build " + asked.text(1) + " in the history");
        }
        return new byte[0];
    }
}
