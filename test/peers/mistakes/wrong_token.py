"""Takes another server's token."""
from _peer import connect, until_closed

peer = connect()
peer.sendall(b"server2")
until_closed(peer)
