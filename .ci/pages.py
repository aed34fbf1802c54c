#!/usr/bin/env python3
"""Opens the program's pages in headless Chromium, and fails where one is not as readers need it.

    .ci/pages.py DOORWARD

One server with every built-in contract; each page at a phone's and a desktop's width, light and dark. No console error and
no violation of the policy, every operation of every contract listed, nothing wider than the screen, landmarks, headings
in order, captions, contrast (WCAG AA), and a visible focus. Screenshots are kept in target/pages.
CHROMIUM names the browser; without one, nothing is run, and that is said.
"""

import base64
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHOTS = ROOT / "target" / "pages"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SIZES = {"phone": (360, 740), "desktop": (1280, 900)}
COLOURS = ("light", "dark")
PAIR = ("cakes", "native")
FLAGS = """--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --disable-extensions
--disable-background-networking --disable-component-update --hide-scrollbars --remote-debugging-pipe""".split()
# What a reader needs of every page. It is run by the debugger, so the page's policy does not hold it back.
LOOK = r"""(() => {
  const wrong = [];
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) wrong.push(`${wide} pixels wider than the screen`);
  if (!document.documentElement.lang) wrong.push('no language');
  for (const [what, count] of [['main', 1], ['h1', 1], ['header', 1]])
    if (document.querySelectorAll(what).length !== count) wrong.push(`not one ${what}`);
  for (const nav of document.querySelectorAll('nav'))
    if (!nav.getAttribute('aria-label')) wrong.push('a nav without a name');
  let level = 0;
  for (const heading of document.querySelectorAll('h1,h2,h3,h4,h5,h6')) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) wrong.push(`h${next} after h${level}: ${heading.textContent.trim()}`);
    level = next;
  }
  for (const table of document.querySelectorAll('table')) {
    if (!table.caption) wrong.push('a table without a caption');
    if (table.querySelector('th:not([scope])')) wrong.push('a th without a scope');
  }
  for (const field of document.querySelectorAll('input:not([type=hidden])'))
    if (!field.labels.length) wrong.push('a field without a label');
  for (const frame of document.querySelectorAll('iframe'))
    if (!frame.title || frame.getAttribute('sandbox') !== '') wrong.push('a frame that is not as it must be');
  const ids = [...document.querySelectorAll('[id]')].map(one => one.id);
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) wrong.push(`the id ${id} twice`);
  for (const one of document.querySelectorAll('[aria-labelledby]'))
    if (!document.getElementById(one.getAttribute('aria-labelledby'))) wrong.push('a name that is not there');
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = (colours) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (colours) => {
    const [r, g, b] = rgb(colours).map(one => one / 255).map(one => one <= .04045 ? one / 12.92 : ((one + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || seen.has(element)) continue;
    seen.add(element);
    const below = [];
    for (let one = element; one; one = one.parentElement) below.unshift(getComputedStyle(one).backgroundColor);
    const colour = getComputedStyle(element).color;
    const [a, b] = [light(below), light([...below, colour])].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) wrong.push(`contrast ${ratio.toFixed(2)}: ${element.textContent.trim().slice(0, 40)}`);
  }
  return wrong;
})()"""
# What that must find: a page that is spoilt on purpose.
SPOIL = r"""(() => {
  const main = document.querySelector('main');
  main.insertAdjacentHTML('beforeend', '<h6>deep</h6><table><tr><th>x</th></tr></table><nav></nav><h1>two</h1><p id=state>pale</p>');
  main.lastElementChild.style.color = '#808080';
  main.lastElementChild.style.width = '2000px';
})()"""
SPOILT = ("wider than the screen", "not one h1", "a nav without", "h6 after", "without a caption", "without a scope", "twice", "contrast")
FOCUS = r"""(() => {
  const one = document.activeElement;
  const style = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  return {what: one.tagName, shown: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
    && box.right > 0 && box.width > 0};
})()"""


class Browser:
    """Chromium, talked to through a pipe: the DevTools protocol, messages ended by a NUL."""

    def __init__(self, program, folder):
        to_read, self.writing = os.pipe()
        self.reading, to_write = os.pipe()

        def ends():
            # Descriptors 3 and 4 are the protocol's; the copies go around them.
            one, other = os.dup(to_read), os.dup(to_write)
            os.dup2(one, 3)
            os.dup2(other, 4)

        self.process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={folder}", "about:blank"],
            preexec_fn=ends,
            close_fds=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        self.last, self.rest, self.noticed = 0, b"", []
        self.session = None
        target = self("Target.createTarget", url="about:blank")["targetId"]
        self.session = self("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Audits", "Network"):
            self(f"{domain}.enable")

    def _message(self):
        while b"\0" not in self.rest:
            read = os.read(self.reading, 1 << 20)
            if not read:
                sys.exit("the browser ended")
            self.rest += read
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def __call__(self, method, **parameters):
        self.last += 1
        order = {"id": self.last, "method": method, "params": parameters}
        if self.session:
            order["sessionId"] = self.session
        os.write(self.writing, json.dumps(order).encode() + b"\0")
        while (message := self._message()).get("id") != self.last:
            self.noticed.append(message)
        if "error" in message:
            sys.exit(f"{method}: {message['error']}")
        return message["result"]

    def wait_for(self, method):
        while not any(message.get("method") == method for message in self.noticed):
            self.noticed.append(self._message())

    def evaluate(self, text):
        answer = self("Runtime.evaluate", expression=text, returnByValue=True)
        if "exceptionDetails" in answer:
            sys.exit(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def open(self, url):
        self.noticed = []
        self("Page.navigate", url=url)
        self.wait_for("Page.loadEventFired")

    def complaints(self):
        """What the console and the issues say of the page that is open."""
        found = []
        for message in self.noticed:
            method, said = message.get("method"), message.get("params", {})
            if method == "Log.entryAdded" and said["entry"]["level"] in ("error", "warning"):
                found.append(said["entry"]["text"])
            elif method == "Runtime.exceptionThrown":
                found.append("an exception")
            elif method == "Runtime.consoleAPICalled" and said["type"] in ("error", "warning", "assert"):
                found.append(f"console.{said['type']}")
            elif method == "Audits.issueAdded" and "ContentSecurityPolicy" in said["issue"]["code"]:
                found.append(f"the policy: {json.dumps(said['issue']['details'])}")
            elif method == "Network.responseReceived" and said["response"]["status"] >= 400:
                found.append(f"{said['response']['status']} {said['response']['url']}")
        return found

    def end(self):
        os.close(self.writing)
        self.process.terminate()
        self.process.wait()


class Server:
    """A server of every built-in contract, on a free port."""

    def __init__(self, doorward, folder):
        listed = json.loads(subprocess.check_output([doorward, "--json", "contract", "list"]))
        names = [one["name"] for one in listed]
        self.base = {one["name"]: one["base"] for one in listed}
        # Two contracts in one realm, the others alone.
        alone = [name for name in names if name not in PAIR]
        realm = ["--realm", f"pair={','.join(PAIR)}"]
        order = [doorward, "--json", "--data", folder / "data", "--listen", "127.0.0.1:0", "serve", *alone, *realm]
        # And one of the tests' own, whose mails have a part in HTML that wants too much.
        order.insert(-2, str(ROOT / "crates/server/tests/it/stories/pages.yaml"))
        alone.append("pages")
        self.pairs = [(name, name) for name in alone] + [("pair", name) for name in PAIR]
        self.process = subprocess.Popen(order, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        said = []
        for line in self.process.stderr:
            said.append(line)
            if line.startswith("{") and "serving" in line:
                self.url = json.loads(line)["serving"]
                break
        else:
            sys.exit("the server does not start: " + "".join(said))
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def json(self, path):
        with urllib.request.urlopen(self.url + path) as reply:
            return json.loads(reply.read())

    def post(self, path, body):
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        urllib.request.urlopen(request).read()

    def wait_for_mail(self, to):
        for _ in range(100):
            if self.json(f"/_doorward/mailbox?to={to}"):
                return
            threading.Event().wait(0.05)
        sys.exit(f"no mail came to {to}")

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


class Check:
    def __init__(self, browser, server):
        self.browser, self.server, self.wrong, self.looked = browser, server, [], 0

    def say(self, page, what):
        self.wrong.append(f"{page}: {what}")

    def set(self, size, colour):
        width, height = SIZES[size]
        mobile = size == "phone"
        self.browser("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)
        features = [{"name": "prefers-color-scheme", "value": colour}]
        self.browser("Emulation.setEmulatedMedia", media="screen", features=features)
        self.shown = f"{size}-{colour}"

    def look(self, page, shot=None):
        """Opens a page, all of its details too, and says what is wrong with it."""
        self.browser.open(self.server.url + page)
        if shot:
            self.shoot(f"{shot}-{self.shown}.png")
        self.browser.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        self.looked += 1
        for what in self.browser.evaluate(LOOK) + self.browser.complaints():
            self.say(f"{page} ({self.shown})", what)

    def shoot(self, name):
        height = min(4000, self.browser.evaluate("document.documentElement.scrollHeight"))
        width = self.browser.evaluate("innerWidth")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        image = self.browser("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)["data"]
        (SHOTS / name).write_bytes(base64.b64decode(image))

    def focus(self, page):
        """Every stop of the Tab key is seen, and the first leads to the content."""
        self.browser.open(self.server.url + page)
        self.browser("Page.bringToFront")
        self.browser("Emulation.setFocusEmulationEnabled", enabled=True)
        for stop in range(8):
            for kind in ("keyDown", "keyUp"):
                self.browser("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
            found = self.browser.evaluate(FOCUS)
            if found["what"] == "BODY":
                self.say(page, f"the Tab key stops at nothing after {stop} stops")
                return
            if not found["shown"]:
                self.say(page, f"focus {stop} ({found['what']}) is not seen")

    def check_itself(self):
        """What is wrong is found: here by spoiling a page."""
        self.set("phone", "light")
        self.browser.open(self.server.url + "/_doorward/")
        self.browser.evaluate(SPOIL)
        found = self.browser.evaluate(LOOK)
        for wanted in SPOILT:
            if not any(wanted in what for what in found):
                self.say("this check itself", f"does not find: {wanted}")
        self.browser.evaluate("document.head.insertAdjacentHTML('beforeend', '<style>p {}</style>')")
        self.browser.evaluate("1")
        if not self.browser.complaints():
            self.say("this check itself", "hears nothing of a violated policy")

    def operations(self, realm, contract):
        """Every operation of the document is on the page of the contract; their pages."""
        query = urllib.parse.urlencode({"contract": contract})
        document = self.server.json(f"/_doorward/{realm}/openapi.json?{query}")
        wanted = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item if method in METHODS}
        page = f"/_doorward/{realm}/docs?{query}"
        self.look(page, f"docs-{contract}" if contract in PAIR else None)
        links = self.browser.evaluate("[...document.querySelectorAll('.rows a')].map(one => one.getAttribute('href'))")
        listed = {urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)["operation"][0]: link for link in links}
        if set(listed) != wanted:
            self.say(page, f"not the operations of the document: {sorted(wanted ^ set(listed))}")
        for key, link in listed.items():
            method, path = key.lower().split(" ", 1)
            hidden = method in ("get", "head") and "requestBody" in document["paths"][key.split(" ", 1)[1]][method]
            yield link, hidden


def mail(server):
    """Some mails to look at."""
    server.post("/pages/api/code", {"email": "bob@example.org"})
    server.wait_for_mail("bob@example.org")
    for name in ("ann", "a-long-address-that-does-not-fit-on-a-telephone"):
        server.post(f"/native{server.base['native']}/sign-up/code", {"email": f"{name}@example.org"})
    server.post("/haenaem/api/auth/send/auth-key", {"authId": "user1", "email": "ann@x.yz", "type": "SIGN_UP"})
    server.wait_for_mail("ann@x.yz")


def every_page(check, server):
    longest = {}
    check.check_itself()
    for size in SIZES:
        for colour in COLOURS:
            check.set(size, colour)
            check.look("/_doorward/", "start")
            check.look("/_doorward/docs", "documents")
            check.look("/_doorward/mailbox", "mailbox")
            check.look("/_doorward/mailbox?address=ann@x.yz&refresh=on")
            check.look("/_doorward/mailbox?message=1", "message")
            for realm, contract in server.pairs:
                for link, hidden in check.operations(realm, contract):
                    # Every operation on a telephone; on the others one of each contract, and those that are special.
                    first = longest.setdefault((realm, contract), link) == link
                    if (size, colour) == ("phone", "light") or first or hidden:
                        check.look(link, f"operation-{contract}" if first and contract in PAIR else None)
                    warned = check.browser.evaluate("document.body.textContent.includes('A browser cannot try')")
                    if hidden and not warned:
                        check.say(link, "does not say that a browser cannot try it")
    for page in ("/_doorward/", "/_doorward/mailbox", "/_doorward/pair/docs?contract=native"):
        check.focus(page)


def main():
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not program:
        print("NOT RUN: the pages in a browser (no chromium on this machine)")
        return
    doorward = str(pathlib.Path(sys.argv[1]).resolve())
    shutil.rmtree(SHOTS, ignore_errors=True)
    SHOTS.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        server = Server(doorward, folder)
        browser = Browser(program, folder / "browser")
        try:
            mail(server)
            check = Check(browser, server)
            every_page(check, server)
        finally:
            browser.end()
            server.end()
    shots = len(list(SHOTS.iterdir()))
    for what in check.wrong:
        print(f"WRONG {what}")
    print(f"{check.looked} pages looked at, {shots} screenshots in {SHOTS.relative_to(ROOT)}, {len(check.wrong)} things wrong")
    sys.exit(1 if check.wrong or shots < 20 else 0)


if __name__ == "__main__":
    main()
