"""A right calculator server with a thread for each client."""
import threading

from _peer import hear, listen


def serve(peer):
    hear(peer)
    while True:
        text = hear(peer)
        if text in (b"", b"q"):
            break
        left, operator, right = text.decode().split()
        peer.sendall(str(float(left) + float(right)).encode())
    peer.close()


listener = listen()
while True:
    peer, _ = listener.accept()
    threading.Thread(target=serve, args=(peer,), daemon=True).start()
