"""Dies of the query."""
import socket, struct

from _peer import accept, read

peer = accept()
read(peer, 1)
peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
peer.close()
