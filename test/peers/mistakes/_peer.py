"""What the programs in this folder share: a connection to 127.0.0.1, and reading a given number of bytes."""
import socket
import sys

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
