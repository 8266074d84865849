"""Calls send() twice without waiting; the cork is what a network may do, done on purpose."""
import socket

from _peer import connect, read

peer = connect()
peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
peer.sendall(b"ann")
peer.sendall(b"15 + 35")
peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)
assert read(peer, 4) == b"50.0"
peer.sendall(b"q")
peer.recv(1024)
