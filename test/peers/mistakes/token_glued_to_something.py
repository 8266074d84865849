"""Sends the token and a filename at once, of a kind that this server does not have."""
from _peer import connect, until_closed

peer = connect()
peer.sendall(b"server1" + b"notes.txt")
until_closed(peer)
