"""Waits for a reply to its name, which a calculator does not give."""
from _peer import connect

peer = connect()
peer.sendall(b"ann")
peer.recv(1024)
