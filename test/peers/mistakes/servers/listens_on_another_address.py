"""Binds 127.0.0.2."""
import socket

from _peer import stay

listener = socket.create_server(("127.0.0.2", 0))
print("listening on", listener.getsockname()[1], flush=True)
stay()
