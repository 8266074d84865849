"""What the right clients share: a connection, lines as they are typed, and replies as docs/wire.md has them [FRAME-9]."""
import os
import select
import socket
import sys
import time

QUIET = 0.2
GAP = 0.06
PATIENCE = 10
LEAVING = 1
HOST, PORT = sys.argv[1], int(sys.argv[2])


def fail(why):
    print(why, file=sys.stderr, flush=True)
    sys.exit(1)


def show(text):
    print(text, end="" if text.endswith("\n") else "\n", flush=True)


def text_of(data):
    return data.decode(errors="replace").replace("\0", "")


class Keyboard:
    """Lines of standard input, which may be waited for beside a socket."""

    def __init__(self):
        self.bytes, self.ended = b"", False

    def line(self, prompt=""):
        """The next line; None at the end."""
        print(prompt, end="", flush=True)
        while not self.has_line():
            self.read()
        return self.take()

    def has_line(self):
        return b"\n" in self.bytes or self.ended

    def read(self):
        data = os.read(0, 65536)
        self.bytes, self.ended = self.bytes + data, not data

    def take(self):
        if not self.bytes:
            return None
        line, _, self.bytes = self.bytes.partition(b"\n")
        return line.decode(errors="replace").rstrip("\r")


class Server:
    def __init__(self):
        try:
            self.connection = socket.create_connection((HOST, PORT), timeout=PATIENCE)
        except OSError as error:
            fail(f"cannot connect to {HOST}:{PORT}: {error}")
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.closed, self.said = False, 0.0

    def say(self, text):
        """A message of its own for the server: not within the same quiet time as the last [FRAME-3]."""
        time.sleep(max(0, self.said + GAP - time.monotonic()))
        self.said = time.monotonic()
        try:
            self.connection.sendall(text.encode())
        except OSError as error:
            fail(f"the server has gone: {error}")

    def read(self, seconds):
        """Bytes of one read; b"" where none came in time, or none will."""
        if self.closed or not select.select([self.connection], [], [], seconds)[0]:
            return b""
        try:
            data = self.connection.recv(65536)
        except OSError as error:
            fail(f"the server has broken the connection off: {error}")
        self.closed = not data
        return data

    def reply(self, what="an answer"):
        """All that comes until the server is quiet."""
        data = more = self.read(PATIENCE)
        if not data:
            fail(f"the server closed before {what} came" if self.closed else f"{what} did not come")
        while more:
            more = self.read(QUIET)
            data += more
        return data

    def typed_or_heard(self, keyboard):
        """One of both: a typed line (None: no more), or what was read (b"": the server has closed)."""
        while True:
            typed = keyboard.has_line()
            ready = select.select([self.connection] if typed else [self.connection, 0], [], [], 0 if typed else None)[0]
            if self.connection in ready:
                return "heard", self.read(0)
            if typed:
                return "typed", keyboard.take()
            keyboard.read()

    def leave(self):
        """What still comes within a second is shown, in however many reads; then we go."""
        end, data = time.monotonic() + LEAVING, b""
        while not self.closed and (left := end - time.monotonic()) > 0:
            data += self.read(left)
        if data:
            yield text_of(data)
        self.connection.close()
