"""No NUL after recv(): strcmp() finds more than the token."""
import threading

from _peer import hear, listen, say, udp_server

listener = listen()
port = listener.getsockname()[1]


def registry():
    server = udp_server(port)
    while True:
        _, who = server.recvfrom(1000)
        for datagram in (f"127.0.0.1,{port},txt,server3".encode(), b"end"):
            server.sendto(datagram, who)


threading.Thread(target=registry, daemon=True).start()
while True:
    peer, _ = listener.accept()
    buffer = hear(peer) + b"xxxx"
    say(peer, b"valid" if buffer == b"server3" else b"Invalid", 0.1)
    peer.close()
