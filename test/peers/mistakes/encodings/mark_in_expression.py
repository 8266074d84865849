"""Reads expressions from a file that Notepad has written."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"bob\n")
say(peer, b"\xef\xbb\xbf8 / 2\n")
hear(peer)
