"""wchar_t of Linux: four bytes a letter."""
from _peer import connect, hear, say

peer = connect()
say(peer, "bob".encode("utf-32-le"))
hear(peer)
