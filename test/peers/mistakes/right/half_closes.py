"""Sends all, and reads what comes."""
import socket

from _peer import connect, until_closed

peer = connect()
peer.sendall(b"bob\n8 / 2\n")
peer.shutdown(socket.SHUT_WR)
until_closed(peer)
