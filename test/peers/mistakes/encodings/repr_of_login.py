"""f"{name.encode()}"."""
from _peer import connect, hear, say, stay

peer = connect()
hear(peer)
say(peer, f"{b':Eve:eve'}".encode())
stay()
