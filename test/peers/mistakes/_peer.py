"""What the programs in this folder share: a connection to 127.0.0.1, and reading and sending over it."""
import os
import socket
import sys
import time

PORT = int(sys.argv[1])


def connect(port=PORT):
    peer = socket.create_connection(("127.0.0.1", port), timeout=20)
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return peer


def read(peer, size):
    data = b""
    while len(data) < size:
        more = peer.recv(size - len(data))
        if not more:
            break
        data += more
    return data


def until_closed(peer):
    while peer.recv(4096):
        pass


def listen(port=PORT):
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(5)
    print("listening on", listener.getsockname()[1], flush=True)
    return listener


def say(peer, data, pause=0.5):
    """Sends, and pauses: the next is a read of its own."""
    peer.sendall(data)
    time.sleep(pause)


def say_apart(peer, data):
    """Sends once the other side has read what it was sent before: this is another read for it, however late it reads."""
    sys.path.append(os.path.join(os.path.dirname(__file__), "../../conformance/right"))
    from _taken import taken
    taken(peer)
    peer.sendall(data)


def hear(peer, size=4096):
    return peer.recv(size)


def line_of(peer):
    return peer.makefile("rb").readline()


def accept():
    """The first client's connection."""
    global listener  # kept open, as in a server that goes on
    listener = listen()
    connection, _ = listener.accept()
    return connection


def udp(port=PORT):
    peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    peer.settimeout(20)
    peer.connect(("127.0.0.1", port))
    return peer


def udp_server(port=PORT):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", port))
    print("listening on", server.getsockname()[1], flush=True)
    return server


def stay():
    """Keeps its connections open until it is ended."""
    time.sleep(60)
