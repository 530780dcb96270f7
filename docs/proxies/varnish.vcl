vcl 4.1;

# Varnish before two replicas. TLS ends before it (hitch.conf, or Caddy), which says so by the PROXY protocol; varnishd
# listens for that:
#     varnishd -a 127.0.0.1:6086,PROXY -f /etc/varnish/varnish.vcl -s malloc,512m -p http_gzip_support=off
# Without that parameter Varnish asks for gzip alone, and unpacks it for others under a weaker ETag.
# The server behind: DELMAAL_PUBLIC_URL=https://data.example.org DELMAAL_TRUSTED_HOPS=1

import directors;

probe ready {
    .url = "/ready";
    .interval = 2s;
    .timeout = 2s;
    .window = 3;
    .threshold = 2;
    .initial = 2;
}

backend one { .host = "127.0.0.1"; .port = "8000"; .probe = ready; .connect_timeout = 2s; .first_byte_timeout = 60s; }
backend two { .host = "127.0.0.1"; .port = "8001"; .probe = ready; .connect_timeout = 2s; .first_byte_timeout = 60s; }

sub vcl_init {
    new replicas = directors.round_robin();
    replicas.add_backend(one);
    replicas.add_backend(two);
}

sub vcl_recv {
    set req.backend_hint = replicas.backend();

    # Each of these is overwritten, so that what a client writes there reaches nobody.
    unset req.http.Forwarded;
    unset req.http.X-Forwarded-Prefix;
    unset req.http.X-Forwarded-Port;
    unset req.http.X-Forwarded-Host;
    set req.http.X-Forwarded-For = client.ip;
    set req.http.X-Forwarded-Proto = "https";

    # No answer depends on a cookie.
    unset req.http.Cookie;

    # The pages are in these languages; what else a browser sends tells one reader from another and nothing more.
    if (req.http.Accept-Language ~ "(?i)^\s*(nb|nn|no|da|sv)\b") {
        set req.http.Accept-Language = "nb";
    } elsif (req.http.Accept-Language ~ "(?i)^\s*en\b") {
        set req.http.Accept-Language = "en";
    } elsif (req.http.Accept-Language ~ "(?i)[, ](nb|nn|no|da|sv)\b") {
        set req.http.Accept-Language = "nb";
    } elsif (req.http.Accept-Language) {
        set req.http.Accept-Language = "en";
    }

    # The server has each answer in these codings, each with an ETag of its own.
    if (req.http.Accept-Encoding ~ "(?i)\bzstd\b(?!\s*;\s*q=0(\.0*)?(,|$))") {
        set req.http.Accept-Encoding = "zstd";
    } elsif (req.http.Accept-Encoding ~ "(?i)\bgzip\b(?!\s*;\s*q=0(\.0*)?(,|$))") {
        set req.http.Accept-Encoding = "gzip";
    } else {
        unset req.http.Accept-Encoding;
    }

    # A browser's Accept asks for a page, whatever images it also lists.
    if (req.http.Accept ~ "^text/html,") {
        set req.http.Accept = "text/html";
    }

    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    if (req.http.Range) {
        return (pass);  # a dump is read in parts; the server knows them, and their ETags
    }
    return (hash);
}

sub vcl_backend_response {
    if (beresp.http.Cache-Control ~ "no-store") {
        set beresp.uncacheable = true;
        set beresp.ttl = 0s;
        return (deliver);
    }
    set beresp.grace = 10m;
}

sub vcl_backend_error {
    # A replica that ended a moment ago is still listed: the other one is asked, unless something was posted.
    if (bereq.retries == 0 && (bereq.method == "GET" || bereq.method == "HEAD")) {
        return (retry);
    }
}

sub vcl_deliver {
    if (obj.hits > 0) {
        set resp.http.X-Cache = "HIT";
    } else {
        set resp.http.X-Cache = "MISS";
    }
}
