"""A name without its terminator, with the stack behind it."""
from _peer import connect, say, stay

peer = connect()
say(peer, b"bob\xfe\x7f\x98\xb0\x13\x92\xc4")
stay()
