"""Sends, and closes at once; the cork lets both go in one packet, so that the reply always comes too late."""
import socket

from _peer import connect

peer = connect()
peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
peer.sendall(b"ann\n15 + 35\n")
peer.close()
