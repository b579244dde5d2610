package sampan.gateway.acme;

import java.io.IOException;
import java.io.StringWriter;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Authorization;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Order;
import org.shredzone.acme4j.Problem;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.challenge.Challenge;
import org.shredzone.acme4j.challenge.Http01Challenge;
import org.shredzone.acme4j.challenge.TlsAlpn01Challenge;
import org.shredzone.acme4j.connector.NetworkSettings;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.provider.GenericAcmeProvider;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.gateway.config.AcmeDefinition;
import sampan.gateway.outgoing.Authorities;
import sampan.linux.tls.TlsProofs;
import sampan.linux.tls.TlsServer;

/// Orders certificates, one after the other.
final class Orders {
    private static final Duration ANSWER_MAX = Duration.ofSeconds(30);
    private static final Duration STEP_MAX = Duration.ofMinutes(2);

    private final AcmeDefinition definition;
    private final CertificateStore store;
    private final Challenges challenges;
    private final TlsProofs proofs;

    Orders(AcmeDefinition definition, Challenges challenges, TlsProofs proofs) {
        this.definition = definition;
        this.store = new CertificateStore(definition.directory());
        this.challenges = challenges;
        this.proofs = proofs;
    }

    /// Where what was ordered is kept.
    CertificateStore store() {
        return store;
    }

    /// Has a certificate issued, and puts it into its file.
    void order(TlsServer.Certificate wanted)
            throws AcmeException, IOException, InterruptedException {
        Session session = new Session(definition.server(), new Provider(definition.authorities()));
        session.networkSettings().setTimeout(ANSWER_MAX);
        AccountBuilder account =
                new AccountBuilder().agreeToTermsOfService().useKeyPair(store.account());
        definition.email().ifPresent(account::addEmail);
        Login login = account.createLogin(session);
        Order order = login.newOrder().domains(wanted.names()).create();
        try {
            for (Authorization authorization : order.getAuthorizations()) {
                if (authorization.getStatus() != Status.VALID) {
                    authorize(authorization);
                }
            }
        } finally {
            challenges.withdraw();
            proofs.withdraw();
        }
        require(order.waitUntilReady(STEP_MAX), Status.READY, order.getError());
        KeyPair key = CertificateStore.newKey();
        order.execute(key);
        require(order.waitForCompletion(STEP_MAX), Status.VALID, order.getError());
        StringWriter chain = new StringWriter();
        order.getCertificate().writeCertificate(chain);
        store.put(wanted.chain(), key, chain.toString());
    }

    private void authorize(Authorization authorization)
            throws AcmeException, IOException, InterruptedException {
        String host = authorization.getIdentifier().getDomain();
        Challenge challenge =
                definition.sealed() ? bySealed(authorization, host) : byHttp(authorization, host);
        challenge.trigger();
        Status status = authorization.waitForCompletion(STEP_MAX);
        if (status != Status.VALID) {
            challenge.fetch();
            throw failure(host + ": " + words(status, challenge.getError()));
        }
    }

    private Challenge byHttp(Authorization authorization, String host) throws InterruptedException {
        Http01Challenge challenge =
                authorization
                        .findChallenge(Http01Challenge.class)
                        .orElseThrow(() ->
                                failure(host + ": the ACME server offers no challenge by HTTP"));
        challenges.offer(host, challenge.getToken(), challenge.getAuthorization());
        return challenge;
    }

    private Challenge bySealed(Authorization authorization, String host) throws IOException {
        TlsAlpn01Challenge challenge =
                authorization
                        .findChallenge(TlsAlpn01Challenge.class)
                        .orElseThrow(() ->
                                failure(host + ": the ACME server offers no challenge by TLS"));
        Path file = store.proof(host, challenge.getAcmeValidation());
        try {
            proofs.offer(host, file);
        } finally {
            Files.delete(file);
        }
        return challenge;
    }

    private static void require(Status is, Status wanted, Optional<Problem> problem) {
        if (is != wanted) {
            throw failure(words(is, problem));
        }
    }

    private static String words(Status status, Optional<Problem> problem) {
        return "the ACME server says "
                + status
                + problem.flatMap(Problem::getDetail).map(detail -> ": " + detail).orElse("");
    }

    private static SampanException failure(String words) {
        return new SampanException(ErrorCode.UNAVAILABLE, words);
    }

    /// Any server, with the authorities that were told.
    private static final class Provider extends GenericAcmeProvider {
        private final Optional<Path> authorities;

        Provider(Optional<Path> authorities) {
            this.authorities = authorities;
        }

        @Override
        public HttpClient createHttpClient(NetworkSettings settings) {
            HttpClient.Builder client =
                    HttpClient.newBuilder()
                            .followRedirects(HttpClient.Redirect.NORMAL)
                            .connectTimeout(settings.getTimeout());
            authorities.ifPresent(file -> client.sslContext(trusting(file)));
            return client.build();
        }

        private static SSLContext trusting(Path file) {
            try {
                return Authorities.context(file);
            } catch (IOException e) {
                throw SampanException.invalid(
                        "acme.authorities "
                                + file
                                + ": write a PEM file of certificates: "
                                + e.getMessage());
            }
        }
    }
}
