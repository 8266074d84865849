"""A thread for each client, which answers once and then sleeps, while the first thread is in accept()."""
import threading
import time

from _peer import hear, listen


def serve(peer):
    hear(peer)
    hear(peer)
    peer.sendall(b"2.0")
    hear(peer)
    time.sleep(60)


listener = listen()
while True:
    peer, _ = listener.accept()
    threading.Thread(target=serve, args=(peer,), daemon=True).start()
