"""getBytes("UTF-16") in Java: a mark, and two bytes a letter."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"\xfe\xff" + "bob".encode("utf-16-be"))
say(peer, b"\xfe\xff" + "8 / 2".encode("utf-16-be"))
hear(peer)
