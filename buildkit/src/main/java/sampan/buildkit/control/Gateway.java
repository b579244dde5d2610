package sampan.buildkit.control;

import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.buildkit.wire.Fields;
import sampan.buildkit.wire.Message;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// `moby.buildkit.v1.frontend.LLBBridge`: how a client that asked for a solve says what it is made
/// of. A Dockerfile that it names is read and checked at once, and built when the client returns it
/// as the result.
public final class Gateway implements BindableService {
    private static final Metadata.Key<String> BUILD =
            Metadata.Key.of("buildkit-controlapi-buildid", Metadata.ASCII_STRING_MARSHALLER);
    private static final Context.Key<String> REF = Context.key("build");

    private static final List<String> FRONTEND_CAPABILITIES =
            List.of(
                    "frontend.caps",
                    "frontend.inputs",
                    "reference.output",
                    "gateway.solve.metadata",
                    "gateway.evaluate",
                    "importcaches",
                    "proto.refarray",
                    "return",
                    "returnmap",
                    "solve.base",
                    "gateway.warnings");
    private static final List<String> BUILD_CAPABILITIES =
            List.of(
                    "exporter.multiple",
                    "exporter.image.attestations",
                    "exporter.image.annotations",
                    "exporter.sourcedateepoch",
                    "source.local",
                    "source.local.followpaths",
                    "source.local.excludepatterns",
                    "source.local.sessionid",
                    "source.local.unique",
                    "source.local.sharedkeyhint",
                    "source.image",
                    "exec.mount.bind",
                    "exec.mount.cache",
                    "exec.mount.secret",
                    "exec.mount.ssh",
                    "exec.mount.tmpfs",
                    "exec.meta.network",
                    "exec.meta.security",
                    "exec.meta.ulimit",
                    "gc.freespacefilter",
                    "platform",
                    "history.filter");

    private static final int INPUTS = 13;
    private static final int RETURNED = 10;
    private static final int REFERENCE = 3;

    private final Solver solver;
    private final Workers workers;

    public Gateway(Solver solver, String version) {
        this.solver = solver;
        this.workers = new Workers(solver.engine(), version);
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ServerInterceptors.intercept(
                new Services("moby.buildkit.v1.frontend.LLBBridge")
                        .unary("Ping", this::ping)
                        .unary("Solve", this::solve)
                        .unary("Return", this::returned)
                        .unary("Evaluate", this::evaluate)
                        .unary("Inputs", _ -> new byte[0])
                        .build(),
                new Ref());
    }

    /// Takes the build's name from the metadata of the call.
    private static final class Ref implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            String ref = Optional.ofNullable(headers.get(BUILD)).orElse("");
            return Contexts.interceptCall(
                    Context.current().withValue(REF, ref), call, headers, next);
        }
    }

    private byte[] ping(byte[] question) throws InterruptedException {
        job();
        Message pong = new Message();
        FRONTEND_CAPABILITIES.forEach(name -> pong.message(1, capability(name)));
        BUILD_CAPABILITIES.forEach(name -> pong.message(2, capability(name)));
        workers.records().forEach(record -> pong.message(3, record));
        return pong.bytes();
    }

    private static Message capability(String name) {
        return new Message().text(1, name).truth(2, true);
    }

    private Job job() throws InterruptedException {
        return solver.jobs.get(Optional.ofNullable(REF.get()).orElse(""));
    }

    private byte[] solve(byte[] question) throws InterruptedException {
        Job job = job();
        Fields asked = Fields.of(question);
        if (asked.message(1).filter(d -> d.has(1)).isPresent()) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED,
                    "solving a graph of the client's own (LLB) is not supported: only Dockerfiles"
                            + " are built here");
        }
        if (asked.text(2).isEmpty()) {
            return result("", Map.of());
        }
        Map<String, String> attributes = solver.linked(job, asked.strings(3), asked.blobs(INPUTS));
        Frontend frontend = solver.read(job, asked.text(2), attributes);
        String request = frontend.attribute("requestid");
        if (!request.isEmpty()) {
            return result("", Subrequests.answer(request, frontend));
        }
        return result(job.add(frontend), Map.of());
    }

    private static byte[] result(String id, Map<String, byte[]> metadata) {
        Message result = new Message();
        metadata.forEach((name, value) ->
                result.message(RETURNED, new Message().text(1, name).bytes(2, value)));
        Message reference = new Message().text(1, id);
        result.message(
                REFERENCE, id.isEmpty() ? reference : reference.message(2, Links.definition(id)));
        return new Message().message(3, result).bytes();
    }

    private byte[] returned(byte[] question) throws InterruptedException {
        Job job = job();
        Fields answer = Fields.of(question);
        Optional<Fields> error = answer.message(2);
        if (error.isPresent()) {
            job.failed(error.get().text(2));
        } else {
            String id =
                    answer.message(1)
                            .flatMap(result -> result.message(REFERENCE))
                            .map(reference -> reference.text(1))
                            .orElse("");
            job.returned(id);
        }
        return new byte[0];
    }

    private byte[] evaluate(byte[] question) throws InterruptedException {
        Job job = job();
        String id = solver.image(job, Fields.of(question).text(1));
        if (!job.keeps()) {
            job.images.remember(id);
        }
        return new byte[0];
    }
}
