package sampan.buildkit.control;

import io.grpc.Context;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import sampan.buildkit.grpc.Rpc;

/// Makes services of methods that block the thread of their call.
final class Services {
    private final String name;
    private final ServerServiceDefinition.Builder builder;

    Services(String name) {
        this.name = name;
        this.builder = ServerServiceDefinition.builder(name);
    }

    /// Answers one message by one.
    interface Answer {
        byte[] to(byte[] question) throws InterruptedException;
    }

    /// Answers one message by many.
    interface Answers {
        void to(byte[] question, Sink sink) throws InterruptedException;
    }

    /// Sends answers at the pace at which the client takes them.
    interface Sink {
        void send(byte[] answer) throws InterruptedException;

        /// What is done when the client goes away or gives the call up.
        void onCancel(Runnable work);

        boolean isCancelled();
    }

    Services unary(String method, Answer answer) {
        return add(method, MethodType.UNARY, (question, sink) -> sink.send(answer.to(question)));
    }

    Services unary(String method, Answers answers) {
        return add(method, MethodType.UNARY, answers);
    }

    Services stream(String method, Answers answers) {
        return add(method, MethodType.SERVER_STREAMING, answers);
    }

    private Services add(String method, MethodType type, Answers answers) {
        builder.addMethod(
                Rpc.method(name + "/" + method, type),
                type == MethodType.UNARY
                        ? ServerCalls.asyncUnaryCall((q, o) -> call(answers, q, o))
                        : ServerCalls.asyncServerStreamingCall((q, o) -> call(answers, q, o)));
        return this;
    }

    Services sessions(String method, OfferedSessions sessions) {
        builder.addMethod(sessions.method(name + "/" + method));
        return this;
    }

    ServerServiceDefinition build() {
        return builder.build();
    }

    // On a thread of its own: the call's own thread must stay free to hear that it was given up.
    private static void call(Answers answers, byte[] question, StreamObserver<byte[]> observer) {
        Paced sink = new Paced((ServerCallStreamObserver<byte[]>) observer);
        Thread.ofVirtual()
                .name("grpc-call")
                .start(Context.current().wrap(() -> sink.serve(answers, question)));
    }

    private static final class Paced implements Sink {
        private final ServerCallStreamObserver<byte[]> observer;
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private Runnable onCancel = () -> {};
        private boolean cancelled;

        Paced(ServerCallStreamObserver<byte[]> observer) {
            this.observer = observer;
            observer.setOnReadyHandler(this::changed);
            observer.setOnCancelHandler(this::cancel);
        }

        private void changed() {
            lock.lock();
            try {
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        private void cancel() {
            Runnable work;
            lock.lock();
            try {
                cancelled = true;
                work = onCancel;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            work.run();
        }

        void serve(Answers answers, byte[] question) {
            try {
                answers.to(question, this);
                observer.onCompleted();
            } catch (io.grpc.StatusRuntimeException e) {
                fail(e);
            } catch (RuntimeException | InterruptedException e) {
                fail(Failures.of(e));
            }
        }

        private void fail(io.grpc.StatusRuntimeException failure) {
            if (!isCancelled()) {
                observer.onError(failure);
            }
        }

        @Override
        public void send(byte[] answer) throws InterruptedException {
            lock.lockInterruptibly();
            try {
                while (!observer.isReady() && !cancelled) {
                    changed.await();
                }
                if (cancelled) {
                    throw new InterruptedException("the client gave the call up");
                }
            } finally {
                lock.unlock();
            }
            observer.onNext(answer);
        }

        @Override
        public void onCancel(Runnable work) {
            boolean already;
            lock.lock();
            try {
                onCancel = work;
                already = cancelled;
            } finally {
                lock.unlock();
            }
            if (already) {
                work.run();
            }
        }

        @Override
        public boolean isCancelled() {
            lock.lock();
            try {
                return cancelled;
            } finally {
                lock.unlock();
            }
        }
    }
}
