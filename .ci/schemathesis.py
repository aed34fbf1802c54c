#!/usr/bin/env python3
"""Sends Schemathesis's cases to every contract, and fails where a reply is not what the completed document says.

    .ci/schemathesis.py DOORWARD [CONTRACT|FILE ...]

One server with raised limits serves them all. Of each contract, at least SCHEMATHESIS_CASES requests (300 unless told)
are sent; SCHEMATHESIS_SEED chooses them (fixed unless told; `random` for others each time). Afterwards no fault was
counted, every status, content type, header and body was declared, and no connection was lost.
"""

import concurrent.futures
import json
import math
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
CASES = int(os.environ.get("SCHEMATHESIS_CASES", "300"))
SEED = os.environ.get("SCHEMATHESIS_SEED", "20260101")
TOOL = os.environ.get("SCHEMATHESIS", "schemathesis")
METHODS = ("get", "put", "post", "delete", "patch")
CHECKS = [
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]
LIMITS = """[limits]
tries_per_pair = 4000000000
tries_per_account = 4000000000
tries_per_address = 4000000000
mails_per_recipient = 4000000000
mails_per_address = 4000000000
mails_in_all = 4000000000
"""


def contracts(doorward):
    """The built-in contracts with their variants, and the files of the examples and of the tests."""
    listed = json.loads(subprocess.check_output([doorward, "--json", "contract", "list"]))
    folders = ["examples/contracts", "crates/server/tests/it/stories", "crates/http/src/testing"]
    files = sorted(file for folder in folders for file in (ROOT / folder).glob("*.yaml"))
    whole = [str(file) for file in files if re.search(r"^(openapi: 3\.1|x-doorward:)", file.read_text(), re.M)]
    return [contract["name"] for contract in listed] + whole


def ask_for_keys(said, folder):
    """The flags for static keys that a contract's clients show, as the program asks for them."""
    flags = []
    for name in re.findall(r"a key by `([^`]+)`, and none is known", said):
        file = folder / f"{name}.key"
        file.write_text("a-key-of-this-check-only")
        file.chmod(0o600)
        flags += ["--client-key", f"{name}={file}"]
    return flags


class Server:
    """A server on a free port, with a data folder of its own."""

    def __init__(self, doorward, folder, served):
        config = folder / "doorward.toml"
        config.write_text(LIMITS)
        self.log = open(folder / "access.log", "wb")
        keys = []
        while asked := self._start([doorward, folder, config, served, keys]):
            keys += asked
        threading.Thread(target=self._listen, daemon=True).start()

    def _start(self, how):
        """Starts it; where it wants keys first, the flags for them."""
        doorward, folder, config, served, keys = how
        self.process = subprocess.Popen(
            [doorward, "--json", "--data", folder / "data", "--listen", "127.0.0.1:0"]
            + ["--config", config, "serve", *served, *keys],
            stdout=self.log,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said = []
        # What contracts give away is said before.
        while '"serving"' not in (banner := self.process.stderr.readline()):
            self.said.append(banner)
            if not banner:
                said = "".join(self.said)
                asked = ask_for_keys(said, folder)
                if not asked or set(asked) <= set(keys):
                    raise SystemExit(f"the server does not start: {said}")
                return asked
        self.url = json.loads(banner)["serving"]
        return []

    def _listen(self):
        self.said.extend(self.process.stderr)

    def metric(self, name):
        """The sum of a metric over its labels that match."""
        with urllib.request.urlopen(f"{self.url}/_doorward/metrics") as reply:
            lines = reply.read().decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if re.match(name, line))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)


def left(operation):
    """Whether the team's own backend answers it."""
    return operation.get("x-doorward", {}).get("action") == "backend"


def margin(cases):
    """How many more examples are asked for than must come: the more there are, the more of them have been sent before,
    and those are not sent again. A quarter more at 300, twice as many at 2,000, three times as many at 10,000."""
    return 1.25 * max(1, cases / 300) ** 0.25


def run(doorward, server, contract, folder):
    """One contract's cases: the number of requests answered, and what was wrong."""
    name = pathlib.Path(contract).stem
    text = subprocess.check_output([doorward, "contract", "openapi", contract])
    document = json.loads(text)
    # Such an operation is left to the team's own backend: Doorward does not answer it.
    for item in document["paths"].values():
        for method in [method for method in item if method in METHODS and left(item[method])]:
            del item[method]
    operations = sum(
        method in METHODS
        for item in document["paths"].values()
        for method in item
    )
    file = folder / f"{name}.json"
    file.write_text(json.dumps(document))
    base = document.get("servers", [{"url": ""}])[0]["url"].rstrip("/")
    seed = str(random.randrange(2**32)) if SEED == "random" else SEED
    command = [TOOL, "run", file, "--url", f"{server.url}/{name}{base}", "--no-color"]
    command += ["--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing"]
    command += ["--max-examples", str(max(10, math.ceil(CASES * margin(CASES) / operations))), "--seed", seed]
    command += ["--max-redirects", "0", "--request-timeout", "20", "--generation-database", "none"]
    command += ["--suppress-health-check", "all", "--warnings", "off", "--continue-on-failure"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    answered = server.metric(rf'action_outcome_total\{{[^}}]*realm="{re.escape(name)}"')
    wrong = []
    if done.returncode != 0:
        wrong.append(f"{done.stdout}{done.stderr}")
    if answered < CASES:
        wrong.append(f"only {answered:.0f} requests were answered, {CASES} were to be sent")
    return contract, answered, seed, wrong


def main():
    doorward, *chosen = sys.argv[1:]
    doorward = str(pathlib.Path(doorward).resolve())
    served = chosen or contracts(doorward)
    failed = False
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        server = Server(doorward, folder, served if len(served) > 1 else [*served, "cakes", "cbs"][:2])
        try:
            with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
                runs = [pool.submit(run, doorward, server, contract, folder) for contract in served]
                for done in concurrent.futures.as_completed(runs):
                    contract, answered, seed, wrong = done.result()
                    print(f"{contract}: {answered:.0f} requests, seed {seed}: {'WRONG' if wrong else 'good'}", flush=True)
                    for text in wrong:
                        failed = True
                        print(text, flush=True)
            faults = server.metric("faults_total")
        finally:
            code = server.stop()
        if faults or code != 0:
            failed = True
            print(f"faults_total is {faults:.0f}, the server ended with {code}:\n{''.join(server.said)}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
