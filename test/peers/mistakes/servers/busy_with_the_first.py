"""One client at a time, and the first one is there before any other can know the port."""
import socket

from _peer import PORT, until_closed

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", PORT))
listener.listen(5)
first = socket.create_connection(listener.getsockname())
print("listening on", listener.getsockname()[1], flush=True)
while True:
    peer, _ = listener.accept()
    peer.sendall(b"Enter your command please")
    until_closed(peer)
