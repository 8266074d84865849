"""Has its token from a file that a Windows editor wrote."""
from _peer import connect, until_closed

peer = connect()
peer.sendall("\ufeffserver1".encode())
until_closed(peer)
