package sampan.http;

/// One request with its response, as a [Handler] sees it. Used by the connection's thread, valid
/// until the handler returns.
public final class Exchange {
    private final Connection connection;
    private final RequestHead head;
    private final RequestBody body;
    private final Response response;

    Exchange(Connection connection, RequestHead head, RequestBody body, Response response) {
        this.connection = connection;
        this.head = head;
        this.body = body;
        this.response = response;
    }

    public RequestHead head() {
        return head;
    }

    public RequestBody body() {
        return body;
    }

    /// Begins the response; begins it anew as long as nothing of it was sent.
    public Response respond(int status) {
        return response.begin(status);
    }

    /// Takes the connection of a client that speaks another protocol, with all that it has sent.
    /// The handler returns when it is done with it.
    public Transport takeOver() {
        return response.takeOver();
    }

    /// The response has begun: its status cannot change any more.
    public boolean committed() {
        return response.committed();
    }

    /// Closes the connection when this exchange is over.
    public void closeAfterwards() {
        connection.closeAfterwards();
    }

    /// Runs `action` once, on another thread, when the client goes away before the handler returns.
    /// To be called when the request body was read; a client that half-closes after its request
    /// counts as gone.
    public void onClientGone(Runnable action) {
        connection.watch(action);
    }
}
