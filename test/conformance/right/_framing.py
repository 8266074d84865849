"""Bytes into messages as docs/wire.md has it [FRAME-1...FRAME-4, FRAME-7, FRAME-8], for the right servers."""
import select
import time

QUIET = 0.03
STILL = 2.0
IDLE = 1800
LONGEST = 65536
BUFFERS = {256, 512, 1024, 2048, 4096, 5000, 8192}


class Refused(Exception):
    """The peer is told why, and the connection ends."""


class Framing:
    def __init__(self, connection):
        self.connection, self.habit = connection, "unknown"
        self.bytes, self.ready, self.ended, self.last = b"", [], False, 0.0

    def message(self, unglue=None, is_word=None):
        """The next message; None when the peer has ended."""
        while True:
            while self.ready:
                text = self.ready.pop(0)
                parts = (unglue(text) if unglue and self.habit == "bare" else None) or [text]
                self.ready[0:0] = parts[1:]
                if parts[0]:
                    return parts[0]
            wait = self.take(is_word)
            if not self.ready:
                if self.ended:
                    return None
                self.read(wait)

    def chunk(self):
        """What comes next, as it is read: an acknowledgement [FILE-0], or the bytes of a record."""
        if not self.bytes:
            self.read(None)
        taken = self.bytes
        if self.habit == "line" and b"\n" in taken:
            taken = taken[: taken.index(b"\n") + 1]
        self.bytes = self.bytes[len(taken):]
        return taken

    def read(self, wait):
        """At least one read, if one comes within `wait` seconds."""
        poll = select.poll()
        poll.register(self.connection, select.POLLIN)
        if not poll.poll(1000 * (IDLE if wait is None else max(wait, 0))):
            if wait is None:
                raise Refused("Idle too long")
            return False
        data = self.connection.recv(65536)
        self.bytes, self.ended, self.last = self.bytes + data, not data, time.monotonic()
        return bool(data)

    def take(self, is_word):
        """Moves whole messages to `ready`; otherwise answers how long to wait for more, None: until it comes."""
        if self.habit in ("unknown", "bare"):
            newline, nul = self.bytes.find(b"\n"), self.bytes.find(b"\0")
            if self.habit == "unknown" and nul >= 0 and (newline < 0 or nul <= newline + 1):
                self.habit = "nul"
            elif newline >= 0:
                self.habit = "line"
        still = time.monotonic() - self.last
        if self.habit == "line":
            *lines, self.bytes = self.bytes.split(b"\n")
            self.ready += [self.text(line) for line in lines]
        elif self.habit == "nul" and b"\0" in self.bytes:
            if still < QUIET and not self.ended:
                return QUIET - still
            self.take_burst()
        elif self.habit == "bare" or (self.habit == "unknown" and self.bytes and (still >= QUIET or self.ended)):
            # A read that fills the buffer goes on in the next one [FRAME-3].
            if len(self.bytes) == 65536 and still < QUIET:
                return QUIET - still
            self.habit = "bare" if self.bytes else self.habit
            self.finish()
        if len(self.bytes) > LONGEST or any(len(text) > LONGEST for text in self.ready):
            raise Refused("Message too long")
        if self.ready or not self.bytes:
            return None
        if self.habit == "unknown":
            return QUIET - still
        if self.ended or (still >= STILL and (self.habit == "nul" or (is_word and is_word(self.text(self.bytes))))):
            self.finish()
        return STILL - still if still < STILL and (is_word or self.habit == "nul") else None

    def take_burst(self):
        """Strings of a burst [FRAME-4]: all where it is packed, the first where it is a fixed buffer."""
        packed = self.bytes.endswith(b"\0") and len(self.bytes) not in BUFFERS
        strings = [self.text(one) for one in self.bytes.split(b"\0") if one]
        self.ready += strings if packed else strings[:1]
        self.bytes = b""

    def finish(self):
        if self.bytes:
            self.ready.append(self.text(self.bytes.strip(b"\0").split(b"\0")[0]))
        self.bytes = b""

    @staticmethod
    def text(line):
        if len(line) > LONGEST:
            raise Refused("Message too long")
        return line.decode(errors="replace").strip("\0").removesuffix("\n").removesuffix("\r")
