"""Has exit echoed as any text, and leaves with close."""
from _peer import connect, hear, say, until_closed

peer = connect()
for text in (b"way out", b"exit", b"close"):
    hear(peer); say(peer, text)
until_closed(peer)
