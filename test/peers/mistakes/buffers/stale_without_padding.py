"""recv() into a buffer without a NUL, and the buffer goes back."""
from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"alice")
hear(peer)
say(peer, b"hi|alice\0please\0\0\0\0")
stay()
