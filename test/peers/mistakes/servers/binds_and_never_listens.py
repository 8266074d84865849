"""bind() without listen()."""
import socket

from _peer import stay

server = socket.socket()
server.bind(("127.0.0.1", 0))
print("listening on", server.getsockname()[1], flush=True)
stay()
