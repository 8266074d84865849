"""One client at a time."""
import socket

from _peer import listen, until_closed

listener = listen()
first = socket.create_connection(listener.getsockname())
while True:
    peer, _ = listener.accept()
    peer.sendall(b"Enter your command please")
    until_closed(peer)
