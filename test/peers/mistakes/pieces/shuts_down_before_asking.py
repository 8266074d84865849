"""shutdown(SHUT_WR) right after the name."""
import socket

from _peer import connect, hear

peer = connect()
peer.sendall(b"bob")
peer.shutdown(socket.SHUT_WR)
hear(peer)
