"""A process for each client, which answers once and then sleeps; its parent keeps the socket, and is in accept()."""
import os
import time

from _peer import hear, listen

listener = listen()
parent = os.getpid()
while True:
    peer, _ = listener.accept()
    if os.fork() == 0:
        hear(peer)
        hear(peer)
        peer.sendall(b"2.0")
        hear(peer)
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(0)
