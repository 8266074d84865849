"""Binds [::1]."""
import socket

from _peer import stay

listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
print("listening on", listener.getsockname()[1], flush=True)
stay()
