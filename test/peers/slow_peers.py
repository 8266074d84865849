"""Slow peers: holds many connections to each port open with half a message, one more byte a second and never its end.

usage: slow_peers.py SECONDS CONNECTIONS PORT...     prints how many are still open at the end
"""
import select
import socket
import sys
import time

seconds, count, ports = float(sys.argv[1]), int(sys.argv[2]), [int(port) for port in sys.argv[3:]]
held = []
for port in ports:
    for _ in range(count):
        peer = socket.create_connection(("127.0.0.1", port), timeout=5)
        peer.setblocking(False)
        held.append(peer)
print("open", len(held), flush=True)

end = time.monotonic() + seconds
while time.monotonic() < end and held:
    started = time.monotonic()
    for peer in list(held):
        try:
            peer.send(b"x")
        except BlockingIOError:
            pass
        except OSError:
            held.remove(peer)
    while held and time.monotonic() < min(started + 1, end):
        readable, _, _ = select.select(held[:1000], [], [], 0.2)
        for peer in readable:
            try:
                if peer.recv(4096) == b"":
                    held.remove(peer)
            except OSError:
                held.remove(peer)
        if readable:
            continue
print("held", len(held), flush=True)
