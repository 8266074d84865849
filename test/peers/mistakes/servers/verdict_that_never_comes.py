"""Waits for the client."""
from _peer import accept, hear, stay

peer = accept()
hear(peer); stay()
