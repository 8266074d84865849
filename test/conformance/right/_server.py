"""What the right servers share: both families on one port, a thread a client, an end without a reset [FRAME-5...FRAME-8]."""
import collections
import socket
import struct
import sys
import threading
import time

from _framing import Framing, Refused
from _taken import taken

GAP = 0.05
QUEUE = 1 << 20


class Peer(Framing):
    """A client: its messages, and what is said to it in writes of their own, which nobody else waits for."""

    def __init__(self, connection, address):
        super().__init__(connection)
        self.address, self.written = address, 0.0
        self.queue, self.waiting, self.changed = collections.deque(), 0, threading.Condition()
        self.closing = self.lost = False
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=self.write, daemon=True).start()

    def say(self, text, apart=False):
        ending = {"line": "" if text.endswith("\n") else "\n", "nul": "\0"}.get(self.habit, "")
        self.send((text + ending).encode(), apart)

    def send(self, data, apart=False):
        with self.changed:
            self.queue.append((data, apart))
            self.waiting += len(data)
            if self.waiting > QUEUE:
                self.drop()
            self.changed.notify_all()

    def write(self):
        while True:
            with self.changed:
                self.changed.wait_for(lambda: self.queue or self.closing or self.lost)
                if self.lost or not self.queue:
                    break
                data, apart = self.queue[0]
            if apart and self.last <= self.written:
                time.sleep(max(0, self.written + GAP - time.monotonic()))
                taken(self.connection)
            try:
                self.connection.sendall(data)
            except OSError:
                self.lost = True
            with self.changed:
                self.written = time.monotonic()
                if self.queue:
                    self.queue.popleft()
                    self.waiting -= len(data)
                self.changed.notify_all()

    def drop(self):
        """A reset: this peer does not read."""
        self.lost = True
        self.queue.clear()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.shutdown(socket.SHUT_RDWR)

    def settled(self):
        with self.changed:
            self.changed.wait_for(lambda: self.lost or not self.queue)

    def close(self):
        """FIN behind the last word, then a bounded drain [FRAME-8]."""
        with self.changed:
            self.closing = True
            self.changed.notify_all()
        try:
            self.settled()
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(1)
            end = time.monotonic() + 1
            while not self.ended and time.monotonic() < end and self.connection.recv(65536):
                pass
        except OSError:
            pass
        self.connection.close()


def tend(connection, address, talk):
    peer = Peer(connection, address)
    try:
        talk(peer)
    except Refused as why:
        peer.say(str(why))
    except OSError:
        peer.lost = True
    peer.close()


def listeners(port, kind):
    """One socket a family, on one port."""
    found = []
    for family, host in [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]:
        one = socket.socket(family, kind)
        if kind == socket.SOCK_STREAM:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((host, port or (found and found[0].getsockname()[1]) or 0))
        except OSError:
            if found:
                break
            raise
        found.append(one)
    return found


def serve(talk, port):
    threads = []
    for listener in listeners(port, socket.SOCK_STREAM):
        listener.listen(128)
        threads.append(threading.Thread(target=accept, args=(listener, talk)))
        threads[-1].start()
        print("listening on", listener.getsockname()[1], flush=True)


def accept(listener, talk):
    while True:
        connection, address = listener.accept()
        threading.Thread(target=tend, args=(connection, address, talk), daemon=True).start()


def answer_datagrams(answers, port):
    """`answers` gives the datagrams that a datagram is answered with."""
    for one in listeners(port, socket.SOCK_DGRAM):
        threading.Thread(target=hear, args=(one, answers)).start()
        print("listening on", one.getsockname()[1], flush=True)


def hear(one, answers):
    while True:
        data, sender = one.recvfrom(65536)
        for answer in answers(data, sender):
            one.sendto(answer, sender)


PORT = int(sys.argv[1])
