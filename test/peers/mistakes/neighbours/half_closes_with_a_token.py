"""Asks for a file in lines, says that this was all, and reads to the end."""
import socket

from _peer import connect, until_closed

peer = connect()
peer.sendall(b"server3\nsecond.txt\n"); peer.shutdown(socket.SHUT_WR)
until_closed(peer)
