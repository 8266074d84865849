"""Ends its name with a newline, and forgets it behind the expression."""
from _peer import connect

peer = connect()
peer.sendall(b"ann\n")
peer.sendall(b"1 + 2")
peer.recv(1024)
