"""memset(buffer, '0', …) with the quotes."""
from _peer import connect, hear, say, stay

peer = connect()
hear(peer)
say(peer, b"hello".ljust(40, b"0"))
hear(peer)
say(peer, b"bye".ljust(40, b"0"))
stay()
