"""Tells the length of its buffer, and sends the address only."""
from _peer import connect

peer = connect()
peer.sendall(b"Q" + bytes([64]) + b"luke@gmail.com")
peer.recv(1024)
