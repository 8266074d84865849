"""Says its name, and forgets the rest."""
from _peer import connect, until_closed

peer = connect()
peer.sendall(b"ann\n")
until_closed(peer)
