#!/usr/bin/env python3
"""A tiny backend behind Doorward: it asks /verify who is calling, and answers with the name.

    python3 examples/upstream.py http://127.0.0.1:8080/_doorward/cakes/verify 127.0.0.1:9000
"""
import http.client
import http.server
import sys
import urllib.parse

VERIFY = urllib.parse.urlsplit(sys.argv[1])
HOST, PORT = sys.argv[2].rsplit(":", 1)


class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        doorward = http.client.HTTPConnection(VERIFY.netloc)
        doorward.request("GET", VERIFY.path, headers={k: self.headers[k] for k in ("Cookie", "Authorization") if k in self.headers})
        verdict = doorward.getresponse()
        body = verdict.read()
        if verdict.status == 204:
            body = f"Hello, {urllib.parse.unquote(verdict.headers['X-Doorward-Username'])}\n".encode()
        self.send_response(200 if verdict.status == 204 else verdict.status)
        for line in verdict.headers.get_all("Set-Cookie") or []:
            self.send_header("Set-Cookie", line)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer((HOST, int(PORT)), Hello).serve_forever()
