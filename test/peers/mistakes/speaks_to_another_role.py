"""Tells its joke to the calculator."""
from _peer import connect

peer = connect()
peer.sendall(b"Knock knock..")
peer.recv(1024)
