"""Starts with the expression, and waits for its result."""
from _peer import connect

peer = connect()
peer.sendall(b"15 + 35")
peer.recv(1024)
