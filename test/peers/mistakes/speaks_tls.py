"""Wants to encrypt, as https does."""
import socket
import ssl

from _peer import PORT

context = ssl.create_default_context()
with socket.create_connection(("127.0.0.1", PORT), timeout=20) as peer:
    context.wrap_socket(peer, server_hostname="localhost")
