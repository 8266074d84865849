"""No NUL after recv(): strcmp() finds more than the token."""
import socket
import threading

from _peer import hear, listen, say

while True:
    registry = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    registry.bind(("127.0.0.1", 0))
    port = registry.getsockname()[1]
    try:
        listener = listen(port)
        break
    except OSError:  # another program has the port of TCP
        registry.close()


def tell():
    while True:
        _, who = registry.recvfrom(1000)
        for datagram in (f"127.0.0.1,{port},txt,server3".encode(), b"end"):
            registry.sendto(datagram, who)


threading.Thread(target=tell, daemon=True).start()
while True:
    peer, _ = listener.accept()
    buffer = hear(peer) + b"xxxx"
    say(peer, b"valid" if buffer == b"server3" else b"Invalid", 0.1)
    peer.close()
