package sampan.engine.registry.http;

import java.net.http.HttpHeaders;

/// An answer as soon as its head is there; the body comes, or breaks, later.
record Answer(int statusCode, HttpHeaders headers, BodyChannel body) {}
