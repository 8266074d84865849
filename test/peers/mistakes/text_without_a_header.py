"""Sends the address without its header."""
from _peer import connect, until_closed

peer = connect()
peer.sendall(b"luke@gmail.com")
until_closed(peer)
