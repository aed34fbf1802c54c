#!/usr/bin/env python3
"""Sends mails by the built binary to aiosmtpd, a mail server that is not ours, and reads them with Python's own parser.

Usage: mail.py PATH-TO-DOORWARD. It runs in a virtual environment with aiosmtpd.
"""
import base64
import email.policy
import json
import os
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


class Keeper:
    """Takes every mail, and keeps it."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(envelope)
        return "250 kept"


def sign_in(server, session, envelope, mechanism, data):
    """Lets doorward in, and nobody else."""
    return AuthResult(success=data.login == b"doorward" and data.password == b"correct horse", handled=False)


def free_port():
    with socket.create_server(("localhost", 0)) as taken:
        return taken.getsockname()[1]


def written(folder, name, text):
    path = folder / name
    path.write_text(text)
    path.chmod(0o600)
    return path


def configuration(folder, port):
    written(folder, "master.key", base64.b64encode(os.urandom(32)).decode())
    written(folder, "password", "correct horse\n")
    return written(
        folder,
        "doorward.toml",
        f"""[server]
listen = "127.0.0.1:0"
[store]
master_key = {{ file = "master.key" }}
[realms.shop]
contracts = ["native"]
[mail]
transport = "smtp"
host = "localhost"
port = {port}
username = "doorward"
password = {{ file = "password" }}
certificates = "cert.pem"
from = "Bücher & Co <no-reply@bücher.example>"
reply_to = "help@example.org"
""",
    )


def sent(program, file, to):
    """What `mail test` says."""
    done = subprocess.run(
        [program, "--config", file, "--json", "mail", "test", "--to", to],
        capture_output=True, text=True, timeout=60, check=False,
    )
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def main(program):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
            check=True, capture_output=True, timeout=60,
        )
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        keeper, port = Keeper(), free_port()
        server = Controller(
            keeper, hostname="localhost", port=port, tls_context=tls, require_starttls=True,
            authenticator=sign_in, auth_required=True, enable_SMTPUTF8=True,
        )
        server.start()
        try:
            file = configuration(folder, port)
            for to in ["kim@example.org", "käthe@example.org"]:
                said = sent(program, file, to)
                assert said["delivered"], said
            written(folder, "password", "wrong\n")
            said = sent(program, file, "kim@example.org")
            assert not said["delivered"] and "535" in said["failure"], said
        finally:
            server.stop()
        check(keeper.mails)
    print("aiosmtpd took", len(keeper.mails), "mails")


def check(mails):
    assert [mail.rcpt_tos for mail in mails] == [["kim@example.org"], ["käthe@example.org"]], mails
    for mail in mails:
        assert mail.mail_from == "no-reply@xn--bcher-kva.example", mail.mail_from
        parsed = email.message_from_bytes(mail.content, policy=email.policy.SMTPUTF8)
        assert not parsed.defects, parsed.defects
        assert parsed["auto-submitted"] == "auto-generated"
        assert parsed["from"].addresses[0].display_name == "Bücher & Co", parsed["from"]
        assert parsed["reply-to"] == "help@example.org"
        assert parsed["date"] and parsed["message-id"] and parsed["subject"]
        assert "doorward mail test" in parsed.get_content()


main(sys.argv[1])
