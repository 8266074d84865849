"""A message in Windows-1252."""
from _peer import connect, hear, say, stay

peer = connect()
hear(peer)
say(peer, b"caf\xe9 \x80 5")
stay()
