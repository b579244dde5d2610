package sampan.system.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import sampan.system.Dist;

/// nginx and Apache, each with a [Sink] that tells how it read what it got.
final class RealServers implements AutoCloseable {
    private static final String NGINX =
            """
            user root; worker_processes 1; daemon off; pid %1$s/nginx.pid; error_log %1$s/nginx.log;
            events { worker_connections 1024; }
            http { access_log off; keepalive_requests 1000000; keepalive_timeout 600s; merge_slashes off;
              client_body_temp_path %1$s/n1; proxy_temp_path %1$s/n2; fastcgi_temp_path %1$s/n3;
              uwsgi_temp_path %1$s/n4; scgi_temp_path %1$s/n5; client_max_body_size 0;
              server { listen 127.0.0.1:%2$d; location / { proxy_pass http://127.0.0.1:%3$d; } } }
            """;
    private static final String APACHE =
            """
            ServerRoot %1$s
            ServerName localhost
            DefaultRuntimeDir %1$s
            PidFile %1$s/apache.pid
            ErrorLog %1$s/apache.log
            Mutex posixsem
            Listen 127.0.0.1:%2$d
            LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
            LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
            LoadModule env_module /usr/lib/apache2/modules/mod_env.so
            LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
            LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
            User www-data
            Group www-data
            StartServers 1
            ServerLimit 1
            ThreadsPerChild 64
            MaxRequestWorkers 64
            KeepAlive On
            KeepAliveTimeout 600
            MaxKeepAliveRequests 0
            AllowEncodedSlashes NoDecode
            SetEnv proxy-sendcl 1
            Proxy100Continue Off
            ProxyPass / http://127.0.0.1:%3$d/ nocanon enablereuse=Off retry=0
            """;

    private final Sink nginxSink = new Sink(host("nginx"));
    private final Sink apacheSink = new Sink(host("apache"));
    private final Tool.Server nginx;
    private final Tool.Server apache;
    private final int nginxPort = GatewayProcess.freePort();
    private final int apachePort = GatewayProcess.freePort();

    RealServers(Path directory) throws IOException {
        Path nginxFile = directory.resolve("nginx.conf");
        Files.writeString(nginxFile, NGINX.formatted(directory, nginxPort, nginxSink.port()));
        nginx =
                new Tool.Server(
                        directory,
                        nginxPort,
                        List.of(
                                Dist.fetched("usr/sbin/nginx"),
                                "-e",
                                directory + "/nginx.log",
                                "-c",
                                nginxFile.toString()));
        Path apacheFile = directory.resolve("apache.conf");
        Files.writeString(apacheFile, APACHE.formatted(directory, apachePort, apacheSink.port()));
        apache =
                new Tool.Server(
                        directory,
                        apachePort,
                        List.of("/usr/sbin/apache2", "-DFOREGROUND", "-f", apacheFile.toString()));
    }

    /// The name under which a server is asked for, of equal length for all: so the same octets mean
    /// the same everywhere.
    static String host(String name) {
        return name.charAt(0) + ".example";
    }

    /// Port of each by its name.
    Map<String, Integer> ports() {
        return Map.of("nginx", nginxPort, "apache", apachePort);
    }

    /// A route for each, by its host.
    String routes() {
        StringBuilder services = new StringBuilder("services:\n");
        StringBuilder routes = new StringBuilder("routes:\n");
        ports().forEach((name, port) -> {
            services.append("  %s: {targets: [\"127.0.0.1:%d\"]}\n".formatted(name, port));
            routes.append("- {name: %s, hosts: %s, service: %1$s}\n".formatted(name, host(name)));
        });
        return services.append(routes).toString();
    }

    Sink sink(String name) {
        return name.equals("nginx") ? nginxSink : apacheSink;
    }

    @Override
    public void close() throws IOException {
        apache.close();
        nginx.close();
        nginxSink.close();
        apacheSink.close();
    }
}
