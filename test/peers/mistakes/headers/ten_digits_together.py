"""Ten characters of length and the text in one send()."""
from _peer import connect, hear, say, stay

peer = connect()
hear(peer)
for text in (b"hello", b"goodbye"):
    say(peer, f"{len(text):<10}".encode() + text)
stay()
